/* The verbs and the options of `authmedic`: what the command takes, its help and the completion of
 * shells are made from. */
#ifndef AUTHMEDIC_CLI_TABLES_H
#define AUTHMEDIC_CLI_TABLES_H

#include <getopt.h>

#include "cli/verbs.h"

struct verb {
	const char *name;
	const char *arguments; /* as the help has them */
	const char *help;      /* NULL: not for people */
	int (*run)(const struct invocation *invocation);
	unsigned options; /* a bit for each that it takes beside OPTIONS_OF_ALL */
};

enum option_value {
	OPTION_CONFIG = 1,
	OPTION_FORMAT,
	OPTION_FOR,
	OPTION_LOGFORMAT,
	OPTION_COLUMNS,
	OPTION_JSON,
	OPTION_ONCE,
	OPTION_DONE,
	OPTION_HELP,
	OPTION_VERSION
};

#define OPTION_BIT(value) (1U << (value))
#define OPTIONS_OF_ALL    (OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_JSON))

struct command_option {
	struct option option;
	const char *argument; /* as the help has it, with a blank before; "" for none */
	const char *help;
};

/* Each by its number from 0; NULL beyond the last. */
const struct verb *verb_at(size_t number);
const struct command_option *option_at(size_t number);
/* The first of the options given, a bit for each, that the verb does not take, or NULL. */
const struct command_option *option_not_for(const struct verb *verb, unsigned given);

#endif
