/* The verbs of `authmedic`: one function each, one file each, listed in main.c. */
#ifndef AUTHMEDIC_CLI_VERBS_H
#define AUTHMEDIC_CLI_VERBS_H

#include "base/json.h"

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* or found something */
	EXIT_USAGE = 2,
	EXIT_UNAVAILABLE = 69,
	EXIT_TRY_LATER = 75,
	EXIT_CONFIG = 78
};

/* What the options said; the rest of the words are the verb's arguments. */
struct invocation {
	const char *program; /* argv[0] */
	const char *config_file; /* given or not */
	const char *given_config; /* NULL where not given */
	const char *format; /* NULL where not given */
	const char *duration; /* NULL where not given */
	const char *logformat; /* NULL where not given */
	bool columns; /* explain: all of a record */
	bool json;
	bool once;
	bool done; /* revert: by hand, already */
	char **arguments;
	size_t argument_count;
};

#define CLI_MAX_ERROR_BYTES    ((size_t)64 * 1024)
#define CLI_MAX_DOCUMENT_BYTES ((size_t)16 * 1024 * 1024)

int verb_approve(const struct invocation *invocation);
int verb_check(const struct invocation *invocation);
int verb_completion(const struct invocation *invocation);
int verb_demo(const struct invocation *invocation);
int verb_explain(const struct invocation *invocation);
int verb_history(const struct invocation *invocation);
int verb_inspect(const struct invocation *invocation);
int verb_notify(const struct invocation *invocation);
int verb_pause(const struct invocation *invocation);
int verb_plugin(const struct invocation *invocation);
int verb_probe(const struct invocation *invocation);
int verb_refuse(const struct invocation *invocation);
int verb_replay(const struct invocation *invocation);
int verb_resume(const struct invocation *invocation);
int verb_revert(const struct invocation *invocation);
int verb_rules(const struct invocation *invocation);
int verb_skip(const struct invocation *invocation);
int verb_status(const struct invocation *invocation);
int verb_unlock(const struct invocation *invocation);
int verb_watch(const struct invocation *invocation);

/* -- output.c: what the verbs share */

/* "authmedic: ..." on standard error; gives the code back. */
int complain(int exit_code, const char *format, ...) format_like(2, 3);
/* Whether people look at standard output on a screen. */
bool output_is_terminal(void);
/* Hands on what was printed so far; false where nobody gets it any more. */
must_check bool output_flush(void);
/* The same at the end. The code, or EXIT_FAILED where something did not get through, which is told
 * unless whoever read it has gone. */
int output_end(int exit_code);
/* Escaped text in a colour, where that is wanted: on a terminal, unless NO_COLOR is set. */
enum output_colour { OUTPUT_GOOD, OUTPUT_DOUBTFUL, OUTPUT_BAD };
void print_coloured(enum output_colour colour, const char *text);
/* The document on one line on standard output. */
int print_json(const struct json *json);
/* The bytes with all that a terminal could take amiss escaped. */
void print_escaped(struct view bytes);
/* Errors as they were collected, on standard error. */
void print_errors(const struct buffer *errors);
/* The invocation's configuration, for config_free(); EXIT_CONFIG, with its mistakes told. */
struct config;
must_check int load_config(const struct invocation *invocation, struct config **ret_config);

#endif
