/* The site's worker: the processes that hold its key, found as the configuration says. */
#ifndef AUTHMEDIC_PLUGINS_WORKER_H
#define AUTHMEDIC_PLUGINS_WORKER_H

#include <sys/types.h>

#include "common/processes.h"

#define WORKER_MAX_GROUPS 256 /* more of them than that are not told */

struct worker {
	int64_t server_id;	       /* the process that the configuration leads to, by name the
	                                * uppermost of them; 0: none */
	size_t count;		       /* processes that hold the key */
	struct process oldest, newest; /* of those; where there are any */

	/* As whom requests are served: those of the oldest, or of the newest of its children of
	 * the same name where it is root's and they are not. */
	bool knows_identity;
	uid_t uid;
	gid_t gid;
	gid_t groups[WORKER_MAX_GROUPS];
	size_t group_count;
};

/* -ESRCH where the configuration leads to no process, -EINVAL where it says nothing about workers,
 * -ENOTUNIQ where its name is that of several servers, -EPERM and -ESTALE where its pidfile does
 * not speak for the process (pidfile.h); another error where the system does not tell. */
must_check int worker_find(const struct processes *processes, struct worker *ret_worker);

/* What such an error means. */
const char *worker_error_text(int error);
/* The same as a word for a fact; NULL where there is none. */
const char *worker_error_word(int error);

#endif
