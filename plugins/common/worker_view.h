/* The keytab as the worker sees it: in its own root, with its own rights. */
#ifndef AUTHMEDIC_PLUGINS_WORKER_VIEW_H
#define AUTHMEDIC_PLUGINS_WORKER_VIEW_H

#include <sys/stat.h>

#include "common/worker.h"

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* Prints the answer as a fact. */
void worker_view_tell(const char *name, enum answer answer);

/* The worker's root folder; -errno where we may not look into it. */
must_check int worker_view_root(int64_t process_id, int *ret_root);
/* Opens a file by its path under that root, whatever links it may go through. */
must_check int worker_view_open(int root, const char *path, int *ret_file);

/* Whether the user may read the file there: tried in a child that takes his identity on. */
struct identity {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
};
enum answer worker_view_may_read(int root, const char *path, const struct identity *identity);

/* Whether both hold the same bytes. */
enum answer worker_view_same_content(int file, int other);

#endif
