#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/plugin.h"

#define SYSTEMCTL "/usr/bin/systemctl"
#define MAX_WORDS 64

struct command {
	const char *words[MAX_WORDS + 1]; /* NULL-terminated, for exec */
};

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

static int complain(const char *what)
{
	fprintf(stderr, "%s\n", what);
	return PLUGIN_BAD_CONFIG;
}

static int read_command(struct command *command, const char *count_text)
{
	uint64_t count;

	if (view_to_uint64(view_of_text(count_text), &count) < 0 || count == 0 || count > MAX_WORDS)
		return complain("with.command must be a list of 1 to 64 words");
	for (uint64_t i = 0; i < count; i++) {
		char name[64];

		snprintf(
		    name, sizeof(name), "AUTHMEDIC_WITH_COMMAND_%llu", (unsigned long long)i + 1);
		command->words[i] = getenv(name);
		if (command->words[i] == NULL)
			return complain("with.command lacks a word");
	}
	if (command->words[0][0] != '/')
		return complain("with.command must begin with an absolute path");
	return PLUGIN_DONE;
}

static bool is_unit_name(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   ":_.@\\-";

	return name[0] != '-' && name[strspn(name, good)] == '\0';
}

static int read_unit(struct command *command, const char *unit)
{
	const char *verb = plugin_value("AUTHMEDIC_WITH_VERB");

	if (verb == NULL)
		verb = "restart";
	if (strcmp(verb, "restart") != 0 && strcmp(verb, "reload") != 0)
		return complain("with.verb must be restart or reload");
	if (!is_unit_name(unit))
		return complain("with.unit must be the name of one unit");
	*command = (struct command){{SYSTEMCTL, "--no-ask-password", verb, "--", unit, NULL}};
	return PLUGIN_DONE;
}

static int read_configuration(struct command *command)
{
	const char *count = plugin_value("AUTHMEDIC_WITH_COMMAND_COUNT");
	const char *unit = plugin_value("AUTHMEDIC_WITH_UNIT");

	*command = (struct command){0};
	if (plugin_value("AUTHMEDIC_WITH_COMMAND") != NULL)
		return complain("with.command must be a list: [/path/of/program, argument]");
	if ((count == NULL) == (unit == NULL))
		return complain("with must say either command or unit");
	return count != NULL ? read_command(command, count) : read_unit(command, unit);
}

/* Also what a dry run does: says what would be run, and runs nothing. */
static int check(void)
{
	struct command command;
	struct stat status;
	int result = read_configuration(&command);

	if (result != PLUGIN_DONE)
		return result;
	if (stat(command.words[0], &status) < 0 || !S_ISREG(status.st_mode) ||
	    access(command.words[0], X_OK) < 0) {
		fprintf(stderr, "%s is no program\n", command.words[0]);
		return PLUGIN_BAD_CONFIG;
	}
	for (size_t i = 0; command.words[i] != NULL; i++)
		printf("%s%s", i > 0 ? " " : "would run: ", command.words[i]);
	putchar('\n');
	return PLUGIN_DONE;
}

static int apply(void)
{
	struct command command;
	int result = read_configuration(&command);

	if (result != PLUGIN_DONE)
		return result;
	/* What the command starts shall be as usual; ours hides files from everybody else. */
	umask(022);
	execv(command.words[0], (char *const *)command.words);
	fprintf(stderr, "%s: %s\n", command.words[0], strerror(errno));
	return PLUGIN_BAD_CONFIG;
}

static int revert(void)
{
	return complain("a recycled worker cannot be taken back");
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
