#include "common/plugin.h"
#include "common/remedy_command.h"
#include "common/unit.h"

static int describe(void)
{
	fputs("api: 1\n"
	      "name: recycle\n"
	      "kind: remedy\n"
	      "title: start the worker anew, so that it reads its key again\n"
	      "with:\n"
	      "  command: {type: list, required: false, title: 'program, as an absolute path, and "
	      "arguments'}\n"
	      "  unit: {type: text, required: false, title: 'systemd unit, instead of a command'}\n"
	      "  verb: {type: text, required: false, title: 'restart (the default) or reload, with "
	      "a unit'}\n"
	      "reversible: false\n"
	      "disruption: 'requests under way may fail; depends on the command'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_unit(struct remedy_command *command, const char *unit)
{
	static const char *const verbs[] = {"restart", "reload", NULL};
	int verb = remedy_choice("verb", verbs);

	if (verb < 0)
		return PLUGIN_BAD_CONFIG;
	if (!unit_name_is_good(unit))
		return remedy_complain("with.unit must be the name of one unit");
	*command = (struct remedy_command){
	    {UNIT_SYSTEMCTL, "--no-ask-password", verbs[verb], "--", unit}, 5};
	return PLUGIN_DONE;
}

static int read_configuration(struct remedy_command *command)
{
	const char *unit = remedy_value("unit", NULL);
	int result = remedy_read_command(command, "command", NULL);

	if (result != PLUGIN_DONE)
		return result;
	if ((command->count == 0) == (unit == NULL))
		return remedy_complain("with must say either command or unit");
	return unit != NULL ? read_unit(command, unit) : PLUGIN_DONE;
}

/* Also what a dry run does: says what would be run, and runs nothing. */
static int check(void)
{
	struct remedy_command command;
	int result = read_configuration(&command);

	if (result == PLUGIN_DONE)
		result = remedy_check_command(&command);
	if (result == PLUGIN_DONE)
		remedy_tell_command(&command);
	return result;
}

static int apply(void)
{
	struct remedy_command command;
	int result = read_configuration(&command);

	return result == PLUGIN_DONE ? remedy_run_and_tell(&command) : result;
}

static int revert(void)
{
	return remedy_complain("a recycled worker cannot be taken back");
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
