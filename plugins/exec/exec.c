#include "common/plugin.h"
#include "common/remedy_command.h"

static int describe(void)
{
	fputs("api: 1\n"
	      "name: exec\n"
	      "kind: remedy\n"
	      "title: a program of the administrator's own\n"
	      "with:\n"
	      "  command: {type: list, required: true, title: 'program, as an absolute path, and "
	      "arguments'}\n"
	      "  check: {type: list, required: false, title: 'says whether it could be done, and "
	      "changes nothing'}\n"
	      "  revert: {type: list, required: false, title: 'takes it back; needed with "
	      "revert_after'}\n"
	      "reversible: true\n"
	      "disruption: 'whatever the program does'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_configured(struct remedy_command *command, const char *key)
{
	int result = remedy_read_command(command, key, NULL);

	if (result == PLUGIN_DONE && command->count == 0)
		result =
		    remedy_complain("with.%s must be a list: [/path/of/program, argument]", key);
	return result == PLUGIN_DONE ? remedy_check_command(command) : result;
}

static int check(void)
{
	struct remedy_command command, own;
	int result = read_configured(&command, "command");

	if (result == PLUGIN_DONE)
		result = remedy_read_command(&own, "check", NULL);
	if (result != PLUGIN_DONE)
		return result;
	remedy_tell_command(&command);
	return own.count > 0 ? remedy_run_and_tell(&own) : PLUGIN_DONE;
}

static int apply(void)
{
	struct remedy_command command;
	int result = read_configured(&command, "command");

	return result == PLUGIN_DONE ? remedy_run_and_tell(&command) : result;
}

static int revert(void)
{
	struct remedy_command command;
	int result = read_configured(&command, "revert");

	return result == PLUGIN_DONE ? remedy_run_and_tell(&command) : result;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
