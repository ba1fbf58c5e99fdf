#include "common/plugin.h"
#include "common/recycling.h"

#define WAIT_MS 20000

static int describe(void)
{
	fputs("api: 1\n"
	      "name: recycle-apache\n"
	      "kind: remedy\n"
	      "title: have Apache start new workers, and see that the old ones are gone\n"
	      "with:\n"
	      "  how: {type: text, required: false, title: 'graceful (the default): requests come "
	      "to their end; restart: they do not'}\n"
	      "  command: {type: list, required: false, title: '/usr/sbin/apache2ctl graceful or "
	      "restart by default'}\n"
	      "  config_test: {type: list, required: false, title: '/usr/sbin/apache2ctl -t by "
	      "default'}\n"
	      "  wait: {type: duration, required: false, title: 'for the old workers to end; 20s "
	      "by default'}\n"
	      "reversible: false\n"
	      "disruption: 'graceful: none; restart: requests under way fail'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_configuration(struct recycling *recycling)
{
	static const char *const hows[] = {"graceful", "restart", NULL};
	static const char *const test[] = {"/usr/sbin/apache2ctl", "-t", NULL};
	const char *command[] = {"/usr/sbin/apache2ctl", NULL, NULL};
	int how = remedy_choice("how", hows);
	int result = how < 0 ? PLUGIN_BAD_CONFIG : PLUGIN_DONE;

	*recycling =
	    (struct recycling){.kind = RENEWAL_CHILDREN, .may_linger = how == 0, .what = "worker"};
	if (result == PLUGIN_DONE)
		result = remedy_read_command(&recycling->test, "config_test", test);
	if (result != PLUGIN_DONE)
		return result;
	command[1] = hows[how];
	result = remedy_read_command(&recycling->command, "command", command);
	return result == PLUGIN_DONE ? recycling_read_wait(recycling, WAIT_MS) : result;
}

static int check(void)
{
	struct recycling recycling;
	int result = read_configuration(&recycling);

	return result == PLUGIN_DONE ? recycling_check(&recycling) : result;
}

static int apply(void)
{
	struct recycling recycling;
	int result = read_configuration(&recycling);

	return result == PLUGIN_DONE ? recycling_apply(&recycling) : result;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {{"describe", describe}, {"check", check},
	    {"apply", apply}, {"revert", recycling_revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
