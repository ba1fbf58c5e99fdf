/* A program run as a child: no shell, no inherited environment, a deadline, bounded output. */
#ifndef AUTHMEDIC_LOOP_CHILD_H
#define AUTHMEDIC_LOOP_CHILD_H

#include "loop/loop.h"

#define CHILD_MAX_OUTPUT_BYTES (64 * 1024) /* kept of each stream; the rest is counted */
#define CHILD_GRACE_MS	       2000	   /* from SIGTERM to SIGKILL */
#define CHILD_HANG_MS	       5000	   /* from SIGKILL to the report all the same */
#define CHILD_DRAIN_MS	       1000	   /* for output, once the child itself has ended */
#define CHILD_MAX_HANGING      8 /* so many that not even SIGKILL ended; then no more are started */
#define CHILD_MAX_ABANDONED    16

struct child;

struct child_result {
	int exit_status; /* -1 where a signal ended it */
	int term_signal; /* 0 where it left by itself */
	bool timed_out;	 /* we ended it at its deadline */
	struct view out, err;
	uint64_t out_dropped_bytes, err_dropped_bytes;
};

struct child_options {
	const char *const *argv;	/* NULL-terminated; argv[0] is the path of the program */
	const char *const *environment; /* NULL-terminated, all that it gets; NULL: nothing */
	int64_t deadline_ms;		/* after the start; 0: none */
	int64_t grace_ms;		/* 0: CHILD_GRACE_MS */
	int64_t hang_ms;		/* 0: CHILD_HANG_MS */
	bool pass_descriptor;		/* `descriptor` becomes its fd 3; it stays ours too */
	int descriptor;
	bool share_stderr; /* its standard error is ours, and not captured */
	/* Once, when it has ended and its output was read, or when it hangs within the system,
	 * where nothing ends it. The result lives until the callback returns; the owner still calls
	 * child_close(). */
	void (*on_exit)(void *context, const struct child_result *result);
	void *context;
};

/* Starts the program in a session and process group of its own, standard input empty. -EAGAIN where
 * too many hang. */
must_check int child_new(
    struct child **ret_child, uv_loop_t *loop, const struct child_options *options);
/* Kills the whole process group where it still runs. */
void child_close(struct child **child);
/* Lets it run on without us. Once it has ended its end is taken by a later child_new(); of the
 * first CHILD_MAX_ABANDONED that run at a time. */
void child_abandon(struct child **child);

int child_pid(const struct child *child);

#endif
