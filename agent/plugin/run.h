/* One run of a plugin: a process in a session of its own, with nothing of ours but the environment
 * it is given. Times are milliseconds of CLOCK_BOOTTIME. */
#ifndef AUTHMEDIC_PLUGIN_RUN_H
#define AUTHMEDIC_PLUGIN_RUN_H

#include <sys/types.h>

#include "base/buffer.h"
#include "remedy/protocol.h"

#define PLUGIN_OUTPUT_BYTES ((size_t)64 * 1024) /* kept; the rest is read and dropped */

struct plugin_order {
	int file; /* the program, open for reading; stays the caller's */
	const char *name;
	const char *verb;
	char *const *environment;
	int64_t deadline_ms;
	bool only_reads; /* an inspector: bounded in what it uses, and nothing of it stays behind */
};

struct plugin_run {
	pid_t process_id; /* 0 once it is over */
	uint64_t start_ticks;
	int output; /* -1 once it ended */
	int gate;   /* -1 once released */
	int64_t deadline_ms;
	bool only_reads;
	bool killed; /* by us, at the deadline */
	uint64_t dropped_bytes;
	struct buffer said;
	enum protocol_result result; /* once it is over */
};

/* Makes the process, which waits at the gate. -errno where there is none. */
must_check int plugin_start(struct plugin_run *run, const struct plugin_order *order);
/* Lets it run. Where plugin_done() comes first, or we die, it ends without having run anything. */
void plugin_release(struct plugin_run *run);
/* Takes what has happened; true when the run is over. Never waits: to be called when there is
 * something to read from `output`, at SIGCHLD, and at the deadline. */
bool plugin_step(struct plugin_run *run, int64_t now_ms);
/* Kills it where it has not ended. */
void plugin_done(struct plugin_run *run);

#endif
