/* authmedic: the operator's command. */
#include <signal.h>

#include "base/log.h"
#include "cli/tables.h"

#define MAX_OPTIONS 32

static void print_help(void)
{
	const struct verb *verb;
	const struct command_option *option;

	puts("Usage: authmedic VERB [OPTION...] [ARGUMENT...]\n");
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		if (verb->help != NULL)
			printf("  %-10s %-24s %s\n", verb->name, verb->arguments, verb->help);
	puts("\nOptions:");
	for (size_t i = 0; (option = option_at(i)) != NULL; i++)
		printf("  --%s%-*s %s\n", option->option.name,
		    (int)(18 - strlen(option->option.name)), option->argument, option->help);
	puts("\nExit codes: 0 done, 1 failed or found something, 2 usage, 69 unavailable,\n"
	     "75 try later, 78 configuration.");
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		if (strcmp(verb->name, name) == 0)
			return verb;
	return NULL;
}

/* Takes one option in; an exit code where the program ends with it, else -1. */
static int take_option(struct invocation *invocation, int value)
{
	switch (value) {
	case OPTION_CONFIG:
		invocation->config_file = optarg;
		invocation->given_config = optarg;
		return -1;
	case OPTION_FORMAT:
		invocation->format = optarg;
		return -1;
	case OPTION_FOR:
		invocation->duration = optarg;
		return -1;
	case OPTION_LOGFORMAT:
		invocation->logformat = optarg;
		return -1;
	case OPTION_COLUMNS:
		invocation->columns = true;
		return -1;
	case OPTION_JSON:
		invocation->json = true;
		return -1;
	case OPTION_ONCE:
		invocation->once = true;
		return -1;
	case OPTION_DONE:
		invocation->done = true;
		return -1;
	case OPTION_HELP:
		print_help();
		return EXIT_DONE;
	case OPTION_VERSION:
		puts("authmedic " AUTHMEDIC_VERSION);
		return EXIT_DONE;
	default:
		fputs("Try 'authmedic --help'.\n", stderr);
		return EXIT_USAGE;
	}
}

/* An option that a verb would pass over was meant: `pause --for 2h` is no pause of two hours. */
static int run(const struct verb *verb, const struct invocation *invocation, unsigned given)
{
	const struct command_option *useless = option_not_for(verb, given);

	return useless == NULL ? verb->run(invocation)
			       : complain(EXIT_USAGE, "%s takes no --%s; try 'authmedic --help'",
				     verb->name, useless->option.name);
}

int main(int argc, char **argv)
{
	struct invocation invocation = {.program = argv[0], .config_file = AUTHMEDIC_CONFIG_FILE};
	struct option long_options[MAX_OPTIONS + 1] = {0};
	const struct verb *verb;
	unsigned given = 0;
	int value;

	for (size_t i = 0; i < MAX_OPTIONS && option_at(i) != NULL; i++)
		long_options[i] = option_at(i)->option;
	signal(SIGPIPE, SIG_IGN);
	log_open("authmedic", false, LOG_LEVEL_WARNING);
	while ((value = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		int exit_code = take_option(&invocation, value);

		if (exit_code >= 0)
			return output_end(exit_code);
		given |= OPTION_BIT(value);
	}
	if (optind == argc) {
		print_help();
		return output_end(EXIT_USAGE);
	}
	verb = find_verb(argv[optind]);
	if (verb == NULL)
		return complain(
		    EXIT_USAGE, "no such verb: %s; try 'authmedic --help'", argv[optind]);
	invocation.arguments = argv + optind + 1;
	invocation.argument_count = (size_t)(argc - optind - 1);
	return output_end(run(verb, &invocation, given));
}
