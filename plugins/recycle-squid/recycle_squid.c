#include <errno.h>
#include <time.h>

#include "common/plugin.h"
#include "common/recycling.h"

#define WAIT_MS 20000
/* Where helpers end soon after they were started Squid takes them for broken, and ends itself. */
#define HELPER_AGE_MS 35000

struct settings {
	struct recycling recycling;
	bool one_helper;
	int64_t helper_age_ms;
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: recycle-squid\n"
	      "kind: remedy\n"
	      "title: have Squid start new authentication helpers, which read the keytab anew\n"
	      "with:\n"
	      "  how: {type: text, required: false, title: 'reconfigure (the default): all of "
	      "them; helper: the oldest one, by its process id'}\n"
	      "  command: {type: list, required: false, title: '/usr/sbin/squid -k reconfigure by "
	      "default'}\n"
	      "  config_test: {type: list, required: false, title: '/usr/sbin/squid -k parse by "
	      "default'}\n"
	      "  helper_age: {type: duration, required: false, title: 'helper: how old all of them "
	      "must be; 35s by default'}\n"
	      "  wait: {type: duration, required: false, title: 'for the old helpers to end; 20s "
	      "by default'}\n"
	      "reversible: false\n"
	      "disruption: 'sign-ins wait for a moment'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_configuration(struct settings *settings)
{
	static const char *const hows[] = {"reconfigure", "helper", NULL};
	static const char *const test[] = {"/usr/sbin/squid", "-k", "parse", NULL};
	static const char *const command[] = {"/usr/sbin/squid", "-k", "reconfigure", NULL};
	struct recycling *recycling = &settings->recycling;
	int how = remedy_choice("how", hows);
	int result = how < 0 ? PLUGIN_BAD_CONFIG : PLUGIN_DONE;

	*settings = (struct settings){.one_helper = how == 1};
	*recycling =
	    (struct recycling){.kind = RENEWAL_HOLDERS, .starts_on_demand = true, .what = "helper"};
	if (result == PLUGIN_DONE && how == 0)
		result = remedy_read_command(&recycling->test, "config_test", test);
	if (result == PLUGIN_DONE && how == 0)
		result = remedy_read_command(&recycling->command, "command", command);
	if (result == PLUGIN_DONE)
		result = recycling_read_wait(recycling, WAIT_MS);
	settings->helper_age_ms = remedy_duration_ms("helper_age", HELPER_AGE_MS);
	if (result == PLUGIN_DONE && settings->helper_age_ms < 0)
		result = PLUGIN_BAD_CONFIG;
	if (result == PLUGIN_DONE && plugin_value("AUTHMEDIC_SERVER_WORKER_PROCESS") == NULL)
		result = remedy_complain("server: squid is needed, to know its helpers by name");
	return result;
}

static int64_t wall_ms(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_REALTIME, &now) < 0 ? 0 : plugin_ms(now);
}

/* The oldest; NULL where one of them is too young. */
static const struct process *choose(const struct renewal *renewal, int64_t helper_age_ms)
{
	const struct process *oldest = NULL;
	int64_t now_ms = wall_ms();

	for (size_t i = 0; i < renewal->before.count; i++) {
		const struct process *process = &renewal->before.items[i];

		if (now_ms - process_start_ms(process) < helper_age_ms)
			return NULL;
		if (oldest == NULL || process->start_ticks < oldest->start_ticks)
			oldest = process;
	}
	return oldest;
}

static int end_helper(const struct settings *settings)
{
	struct renewal auto_call(renewal_done) renewal = {0};
	const struct process *helper;
	int result = recycling_begin(&settings->recycling, &renewal);
	int error;

	if (result != PLUGIN_DONE)
		return result;
	helper = choose(&renewal, settings->helper_age_ms);
	if (helper == NULL) {
		fputs("a helper was started only now: Squid takes helpers that end so soon for "
		      "broken\n",
		    stderr);
		return PLUGIN_TRY_LATER;
	}
	error = renewal_end(helper);
	if (error < 0) {
		fprintf(
		    stderr, "helper %lld: %s\n", (long long)helper->process_id, strerror(-error));
		return error == -ESRCH ? PLUGIN_TRY_LATER : PLUGIN_FAILED;
	}
	printf("ended helper %lld, of %zu\n", (long long)helper->process_id, renewal.before.count);
	/* Where the others are enough Squid starts no other until it needs one. */
	if (renewal.before.count > 1)
		return PLUGIN_DONE;
	return recycling_finish(
	    &settings->recycling, &renewal, remedy_now_ms() + settings->recycling.wait_ms);
}

static int check(void)
{
	struct settings settings;
	int result = read_configuration(&settings);

	if (result == PLUGIN_DONE && settings.one_helper)
		puts("would end the oldest helper, once its start time is seen to be the same");
	return result == PLUGIN_DONE ? recycling_check(&settings.recycling) : result;
}

static int apply(void)
{
	struct settings settings;
	int result = read_configuration(&settings);

	if (result != PLUGIN_DONE)
		return result;
	return settings.one_helper ? end_helper(&settings) : recycling_apply(&settings.recycling);
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {{"describe", describe}, {"check", check},
	    {"apply", apply}, {"revert", recycling_revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
