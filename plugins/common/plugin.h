/* What plugins in C share: verbs, what they are told, and the facts that they print. */
#ifndef AUTHMEDIC_PLUGINS_PLUGIN_H
#define AUTHMEDIC_PLUGINS_PLUGIN_H

#include <time.h>

#include "base/buffer.h"

enum { PLUGIN_DONE = 0, PLUGIN_FAILED = 1, PLUGIN_TRY_LATER = 75, PLUGIN_BAD_CONFIG = 2 };

struct plugin_verb {
	const char *name;
	int (*run)(void); /* returns one of the above */
};

/* Runs the verb argv[1]; one that is not there, or another contract, is PLUGIN_BAD_CONFIG. */
int plugin_main(int argc, char **argv, const struct plugin_verb *verbs, size_t verb_count);

/* A whole inspector: describe and inspect, and a check that is content where it has none. */
struct plugin_inspector {
	const char *name;
	const char *title;
	int (*inspect)(void);
	int (*check)(void); /* or NULL */
};
int plugin_inspector_main(int argc, char **argv, const struct plugin_inspector *inspector);

/* The variable's value; NULL where it is not set, or empty. */
const char *plugin_value(const char *name);

/* A list: NAME_COUNT of NAME_1, NAME_2 …; an item is "" where it is not set. */
size_t plugin_count(const char *name);
const char *plugin_item(const char *name, size_t number);

/* Print `name=value`. Times are seconds since 1970 with milliseconds. */
void plugin_fact(const char *name, const char *format, ...) format_like(2, 3);
void plugin_fact_time(const char *name, int64_t time_ms);
void plugin_fact_yes(const char *name, bool yes);
void plugin_fact_unknown(const char *name);
/* The same for `count` names. */
void plugin_facts_unknown(const char *const *names, size_t count);

/* A list of words in one fact; as many as fit into a value. */
struct plugin_list {
	const char *name;
	struct buffer words;
};
void plugin_list_init(struct plugin_list *list, const char *name);
void plugin_list_add(struct plugin_list *list, const char *format, ...) format_like(2, 3);
/* Prints it; a byte that has no place in a fact becomes a question mark. */
void plugin_list_done(struct plugin_list *list);

/* A file's time in milliseconds since 1970. */
int64_t plugin_ms(struct timespec time);

#endif
