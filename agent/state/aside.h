/* Files that cannot be read keep their content under another name: NAME.set-aside-1, -2, … */
#ifndef AUTHMEDIC_STATE_ASIDE_H
#define AUTHMEDIC_STATE_ASIDE_H

#include "base/view.h"

#define ASIDE_MAX_PATH_BYTES 4032 /* leaves room for the names beside it */
#define ASIDE_MAX_FILES      16   /* then the last of them is overwritten */

/* Renames the database at `path` and what SQLite keeps beside it. The new name is the caller's. */
must_check int aside_put(const char *path, char **ret_aside);
/* Removes what SQLite keeps beside the database at `path`. */
void aside_remove_logs(const char *path);
/* The name that was given last among those still there; -ENOENT where there is none. */
must_check int aside_find(const char *path, char **ret_aside);

#endif
