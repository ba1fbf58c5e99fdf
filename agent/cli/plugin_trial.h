/* Runs a plugin as the helper would, with nothing in its environment but what it is given here, and
 * sees what it leaves behind. Blocks until that is over. */
#ifndef AUTHMEDIC_CLI_PLUGIN_TRIAL_H
#define AUTHMEDIC_CLI_PLUGIN_TRIAL_H

#include "base/buffer.h"

struct trial_plugin {
	int file;
	char name[256];
	bool only_reads; /* an inspector */
};

/* PATH is FOLDER/NAME/NAME or FOLDER/NAME. -errno, with the reason appended to `why`, where the
 * helper would not run it. */
must_check int trial_open(struct trial_plugin *plugin, const char *path, struct buffer *why);
void trial_close(struct trial_plugin *plugin);

struct trial_order {
	const char *verb;
	int64_t limit_ms;
	bool terminate; /* SIGTERM right after its start */
	bool has_no_room; /* all that it writes fails */
};

struct trial_outcome {
	int status; /* its exit status; -1 where a signal ended it */
	bool was_late; /* and killed at its limit */
	bool left_some; /* a process of its own, which is killed */
	bool said_too_much;
	struct buffer said;
};

/* trial_outcome_done() in any case. */
must_check int trial_run(struct trial_outcome *outcome, const struct trial_plugin *plugin,
    const struct trial_order *order);
void trial_outcome_done(struct trial_outcome *outcome);

#endif
