/* The process that a pidfile names, and whether whoever can write that file has a say in it. */
#ifndef AUTHMEDIC_PLUGINS_PIDFILE_H
#define AUTHMEDIC_PLUGINS_PIDFILE_H

#include "common/processes.h"

/* -ESRCH where there is no such file or process. -EPERM where others than root and the user as whom
 * we run lead the path elsewhere by a link, or can write or replace the file, and the process is
 * not theirs: the real user of it must be the file's owner, or where that is root the folder's, and
 * not root.
 * -ESTALE where the process started after its number was written. Else why the file cannot be
 * read. */
must_check int pidfile_find(const char *path, const struct processes *processes,
    const struct process **ret_process);

#endif
