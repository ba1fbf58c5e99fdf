/* The processes of a server before and after it was recycled. */
#ifndef AUTHMEDIC_PLUGINS_RENEWAL_H
#define AUTHMEDIC_PLUGINS_RENEWAL_H

#include "common/processes.h"

#define RENEWAL_MAX_PROCESSES 4096

enum renewal_kind {
	RENEWAL_SERVER, /* the process that the configuration leads to */
	RENEWAL_CHILDREN, /* those of its children that bear its name: Apache's workers */
	RENEWAL_HOLDERS, /* those below it that hold the key, by the name of the server's kind */
};

struct renewal {
	enum renewal_kind kind;
	uid_t uid; /* the real one of the server */
	struct processes before;
};

/* Notes which are there. -E2BIG where one process is asked for and the server has several; else
 * what worker_find() says. */
must_check int renewal_begin(struct renewal *renewal, enum renewal_kind kind);
void renewal_done(struct renewal *renewal);

struct renewal_state {
	size_t left; /* of those before, still there */
	size_t fresh; /* that were not there before */
	bool server_runs; /* the one that starts them */
};
/* Waits until none of them is left and others are there, or until the time (remedy_now_ms) is over;
 * what is so then. */
must_check int renewal_wait(
    const struct renewal *renewal, int64_t until_ms, struct renewal_state *ret_state);

/* Ends that very process by SIGTERM, and none that has its number now: -ESRCH where it is gone. */
must_check int renewal_end(const struct process *process);

#endif
