/* What plugins in C share: verbs, what they are told, and the facts that they print. */
#ifndef AUTHMEDIC_PLUGINS_PLUGIN_H
#define AUTHMEDIC_PLUGINS_PLUGIN_H

#include "base/view.h"

enum { PLUGIN_DONE = 0, PLUGIN_FAILED = 1, PLUGIN_TRY_LATER = 75, PLUGIN_BAD_CONFIG = 2 };

struct plugin_verb {
	const char *name;
	int (*run)(void); /* returns one of the above */
};

/* Runs the verb argv[1]; one that is not there, or another contract, is PLUGIN_BAD_CONFIG. */
int plugin_main(int argc, char **argv, const struct plugin_verb *verbs, size_t verb_count);

/* The variable's value; NULL where it is not set, or empty. */
const char *plugin_value(const char *name);

/* Print `name=value`. Times are seconds since 1970 with milliseconds. */
void plugin_fact(const char *name, const char *format, ...) format_like(2, 3);
void plugin_fact_time(const char *name, int64_t time_ms);
void plugin_fact_yes(const char *name, bool yes);
void plugin_fact_unknown(const char *name);

#endif
