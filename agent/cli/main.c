/* authmedic: the operator's command. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>

#include "base/log.h"
#include "cli/demo.h"

struct verb {
	const char *name;
	const char *arguments;
	const char *help;
	int (*run)(const struct invocation *invocation);
};

static const struct verb verbs[] = {
    {"check", "", "read the configuration and the rules, and say what is wrong", verb_check},
    {"explain", "[--format F] [LINE...]",
	"how each line is read, from the arguments or standard input", verb_explain},
    {"replay", "[LOG...]", "what would have been seen and decided over old logs", verb_replay},
    {"status", "", "what the running daemon sees now", verb_status},
    {"history", "[ID]", "past and present incidents, or the story of one", verb_history},
    {"probe", "SITE", "sign in once, now, as the daemon would", verb_probe},
    {"inspect", "SITE", "read the site's facts from the machine, now", verb_inspect},
    {"approve", "SITE [RUNG] [--for D]",
	"let a rung run that needs a person's word, once, within the hour", verb_approve},
    {"refuse", "SITE", "no remedy at all for the site's open incident", verb_refuse},
    {"skip", "SITE [RUNG]", "not this rung for the site's open incident", verb_skip},
    {"unlock", "SITE [RUNG]", "let a rung run again that did not help before", verb_unlock},
    {"revert", "SITE [RUNG]", "take back now what was applied for a time", verb_revert},
    {"pause", "", "no action on any site, until resumed", verb_pause},
    {"resume", "", "actions are possible again", verb_resume},
    {"rules", "test", "run the examples written in the rules", verb_rules},
    {"demo", "[--once]", "watch a server go stale and be cured, all on this machine", verb_demo},
    /* Without help: the demo runs them as processes of their own. */
    {"demo-master", NULL, NULL, verb_demo_master},
    {"demo-worker", NULL, NULL, verb_demo_worker},
    {"demo-recycle", NULL, NULL, verb_demo_recycle},
    {"demo-probe", NULL, NULL, verb_demo_probe},
};

enum option_value {
	OPTION_CONFIG = 1,
	OPTION_FORMAT,
	OPTION_FOR,
	OPTION_LOGFORMAT,
	OPTION_COLUMNS,
	OPTION_JSON,
	OPTION_ONCE,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct {
	struct option option;
	const char *argument;
	const char *help;
} options[] = {
    {{"config", required_argument, NULL, OPTION_CONFIG}, " FILE",
	"the configuration (default: " AUTHMEDIC_CONFIG_FILE ")"},
    {{"format", required_argument, NULL, OPTION_FORMAT}, " FORMAT",
	"the log format for explain (default: guess)"},
    {{"for", required_argument, NULL, OPTION_FOR}, " DURATION",
	"with approve: when to take it back (default: as configured)"},
    {{"logformat", required_argument, NULL, OPTION_LOGFORMAT}, " STRING",
	"the same as a format string of Apache, nginx or Squid"},
    {{"columns", no_argument, NULL, OPTION_COLUMNS}, "", "explain every column that was read"},
    {{"json", no_argument, NULL, OPTION_JSON}, "", "print JSON"},
    {{"once", no_argument, NULL, OPTION_ONCE}, "", "end the demo when it has recovered"},
    {{"help", no_argument, NULL, OPTION_HELP}, "", "this text"},
    {{"version", no_argument, NULL, OPTION_VERSION}, "", "the version"},
};

static void print_help(void)
{
	puts("Usage: authmedic VERB [OPTION...] [ARGUMENT...]\n");
	for (size_t i = 0; i < count_of(verbs); i++)
		if (verbs[i].help != NULL)
			printf(
			    "  %-8s %-24s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].help);
	puts("\nOptions:");
	for (size_t i = 0; i < count_of(options); i++)
		printf("  --%s%-*s %s\n", options[i].option.name,
		    (int)(18 - strlen(options[i].option.name)), options[i].argument,
		    options[i].help);
	puts("\nExit codes: 0 done, 1 failed or found something, 2 usage, 69 unavailable,\n"
	     "75 try later, 78 configuration.");
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < count_of(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
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

/* What could not be written was not done. Nobody wants to hear of a reader that has left. */
static int finish(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit_code;
	return errno == EPIPE ? EXIT_FAILED
			      : complain(EXIT_FAILED, "standard output: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct invocation invocation = {.program = argv[0], .config_file = AUTHMEDIC_CONFIG_FILE};
	struct option long_options[count_of(options) + 1] = {0};
	const struct verb *verb;
	int value;

	for (size_t i = 0; i < count_of(options); i++)
		long_options[i] = options[i].option;
	signal(SIGPIPE, SIG_IGN);
	log_open("authmedic", false, LOG_LEVEL_WARNING);
	while ((value = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		int exit_code = take_option(&invocation, value);

		if (exit_code >= 0)
			return exit_code;
	}
	if (optind == argc) {
		print_help();
		return EXIT_USAGE;
	}
	verb = find_verb(argv[optind]);
	if (verb == NULL)
		return complain(
		    EXIT_USAGE, "no such verb: %s; try 'authmedic --help'", argv[optind]);
	invocation.arguments = argv + optind + 1;
	invocation.argument_count = (size_t)(argc - optind - 1);
	return finish(verb->run(&invocation));
}
