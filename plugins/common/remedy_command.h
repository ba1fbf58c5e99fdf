/* The commands that remedies run: lists of words out of the configuration, or well-known ones. */
#ifndef AUTHMEDIC_PLUGINS_REMEDY_COMMAND_H
#define AUTHMEDIC_PLUGINS_REMEDY_COMMAND_H

#include "base/buffer.h"

#define REMEDY_MAX_WORDS 64
#define REMEDY_MAX_SAID  ((size_t)16 * 1024)

struct remedy_command {
	const char *words[REMEDY_MAX_WORDS + 1]; /* NULL-terminated, for exec */
	size_t count;
};

/* Says it on standard error; PLUGIN_BAD_CONFIG. */
int remedy_complain(const char *format, ...) format_like(1, 2);

/* with.KEY as a list that begins with an absolute path; `otherwise`, which ends with NULL, where it
 * is not set, and nothing where that is NULL too. PLUGIN_DONE or PLUGIN_BAD_CONFIG. */
must_check int remedy_read_command(
    struct remedy_command *command, const char *key, const char *const *otherwise);
/* One more word; PLUGIN_BAD_CONFIG where there is no room. */
must_check int remedy_add_word(struct remedy_command *command, const char *word);
/* with.KEY as text; `otherwise` where it is not set. */
const char *remedy_value(const char *key, const char *otherwise);
/* The same as one of the choices, which end with NULL; the first is the default. -1 where it is
 * none of them, which is said. */
int remedy_choice(const char *key, const char *const *choices);
/* The same as a duration; -1 where it is none, or longer than a minute, which is said. */
int64_t remedy_duration_ms(const char *key, int64_t otherwise_ms);

/* Whether the program is there and may be run; else complains. */
must_check int remedy_check_command(const struct remedy_command *command);
/* Prints "would run: …". */
void remedy_tell_command(const struct remedy_command *command);

/* Runs it to its end, with the usual umask; without a slash it is looked for in PATH. What it and
 * its children print until then is appended. Its exit status, 128 + the number of the signal that
 * ended it, or -errno where it could not be started. */
must_check int remedy_run(const struct remedy_command *command, struct buffer *said);
/* Appends what the file holds from its start on, as far as there is room. */
void remedy_read_said(int file, struct buffer *said);
/* remedy_run(), and prints what it said. PLUGIN_DONE, PLUGIN_BAD_CONFIG where it could not be
 * started, PLUGIN_TRY_LATER where it ended so, else PLUGIN_FAILED. */
must_check int remedy_run_and_tell(const struct remedy_command *command);

/* Milliseconds of CLOCK_BOOTTIME. */
int64_t remedy_now_ms(void);

#endif
