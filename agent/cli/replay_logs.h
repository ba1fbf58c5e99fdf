/* Which files a replay reads, and of which log each is: the generations of one log, oldest first,
 * are read one after the other; logs are put into one order by the times of their lines. */
#ifndef AUTHMEDIC_CLI_REPLAY_LOGS_H
#define AUTHMEDIC_CLI_REPLAY_LOGS_H

#include "base/array.h"
#include "cli/verbs.h"
#include "config/config.h"

#define REPLAY_MAX_FILES 4096
#define REPLAY_MAX_LOGS  64 /* of a site, open at the same time */

struct replay_log {
	const struct config_site *site;
	struct config_log log; /* borrowed texts; `path` is what it is called in what is told */
	char *place; /* its files' path before rotation */
	array_of(char *) files;
};

struct replay_logs {
	array_of(struct replay_log) list;
};

/* Those that are named on the command line, or else those of the configuration. An exit code, told
 * already where it is not EXIT_DONE. */
must_check int replay_logs_collect(struct replay_logs *logs, const struct invocation *invocation,
    const struct config *config);
/* Of all files together, as they lie on the disk; 0 where one does not tell. */
int64_t replay_logs_bytes(const struct replay_logs *logs);
void replay_logs_done(struct replay_logs *logs);

/* How much the file at `path` looks like one of the configured log: its name, as it is or before
 * it was rotated and compressed, and the folders above, from there backwards; 0 where not even the
 * names do. `ret_place` (NULL, or NAMES_MAX_BYTES + 1 bytes) is the name before rotation then. */
size_t replay_likeness(const struct config_log *log, const char *path, char *ret_place);

#endif
