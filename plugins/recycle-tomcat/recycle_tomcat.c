#include <errno.h>

#include "common/plugin.h"
#include "common/recycling.h"
#include "common/unit.h"
#include "recycle-tomcat/starter.h"

#define WAIT_MS   25000

struct settings {
	struct recycling recycling;
	bool ends_process; /* ends the JVM by its process id, then runs the command */
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: recycle-tomcat\n"
	      "kind: remedy\n"
	      "title: start Tomcat's Java anew, which reads keytab and krb5.conf only then\n"
	      "with:\n"
	      "  unit: {type: text, required: false, title: 'the systemd unit to restart'}\n"
	      "  command: {type: list, required: false, title: 'instead: what restarts it'}\n"
	      "  start: {type: list, required: false, title: 'instead: what starts it, as "
	      "catalina.sh start, once the worker was ended by its process id'}\n"
	      "  wait: {type: duration, required: false, title: 'for the old one to end and the "
	      "new one to come; 25s by default'}\n"
	      "reversible: false\n"
	      "disruption: 'requests under way fail, sessions may be lost; none is served until it "
	      "is up again'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_way(struct settings *settings, const char *unit)
{
	struct remedy_command start, *command = &settings->recycling.command;
	int result = remedy_read_command(command, "command", NULL);

	if (result == PLUGIN_DONE)
		result = remedy_read_command(&start, "start", NULL);
	if (result != PLUGIN_DONE)
		return result;
	if ((unit != NULL) + (command->count > 0) + (start.count > 0) != 1)
		return remedy_complain("with must say one of unit, command and start");
	if (unit != NULL && !unit_name_is_good(unit))
		return remedy_complain("with.unit must be the name of one unit");
	if (unit != NULL)
		*command = (struct remedy_command){
		    {UNIT_SYSTEMCTL, "--no-ask-password", "restart", "--", unit}, 5};
	if (start.count > 0)
		*command = start;
	settings->ends_process = start.count > 0;
	return PLUGIN_DONE;
}

static int read_configuration(struct settings *settings)
{
	int result;

	*settings = (struct settings){
	    .recycling = {.kind = RENEWAL_SERVER, .what = "Java virtual machine"}};
	result = read_way(settings, remedy_value("unit", NULL));
	return result == PLUGIN_DONE ? recycling_read_wait(&settings->recycling, WAIT_MS) : result;
}

static int check(void)
{
	struct settings settings;
	int result = read_configuration(&settings);

	if (result == PLUGIN_DONE && settings.ends_process)
		puts("would end the worker by its process id");
	return result == PLUGIN_DONE ? recycling_check(&settings.recycling) : result;
}

static int end_and_start(const struct recycling *recycling)
{
	struct renewal auto_call(renewal_done) renewal = {0};
	struct starter auto_call(starter_done) starter = {.rungs = -1, .said = -1};
	int64_t until_ms = remedy_now_ms() + recycling->wait_ms;
	const struct process *old;
	int result = recycling_begin(recycling, &renewal);

	if (result != PLUGIN_DONE)
		return result;
	old = &renewal.before.items[0];
	result = starter_begin(&starter, old, &recycling->command);
	if (result == PLUGIN_DONE)
		result = starter_wait(&starter, old, until_ms);
	return result == PLUGIN_DONE ? recycling_finish(recycling, &renewal, until_ms) : result;
}

static int apply(void)
{
	struct settings settings;
	int result = read_configuration(&settings);

	if (result != PLUGIN_DONE)
		return result;
	/* Before anything is ended: without the command it would stay so. */
	result = remedy_check_command(&settings.recycling.command);
	if (result != PLUGIN_DONE)
		return result;
	return settings.ends_process ? end_and_start(&settings.recycling)
				     : recycling_apply(&settings.recycling);
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {{"describe", describe}, {"check", check},
	    {"apply", apply}, {"revert", recycling_revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
