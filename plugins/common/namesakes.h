/* The processes of the one server that bears a name, which any user can give to a process. */
#ifndef AUTHMEDIC_PLUGINS_NAMESAKES_H
#define AUTHMEDIC_PLUGINS_NAMESAKES_H

#include "common/processes.h"

/* Appends those of the name, the server's uppermost one first. Processes are of one server where
 * one started the other, or one parent started both for the same user. Where there are several
 * servers, the one is meant that root started, or the user as whom we run. -ESRCH where there is
 * none, -ENOTUNIQ where it cannot be told which is meant. */
must_check int namesakes_find(
    const struct processes *processes, const char *name, struct processes *found);

#endif
