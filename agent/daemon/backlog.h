/* What is there to read in the logs of all sites, a bounded part in each step. */
#ifndef AUTHMEDIC_DAEMON_BACKLOG_H
#define AUTHMEDIC_DAEMON_BACKLOG_H

#include <stdbool.h>

struct pipeline;

/* Reads a part, and finds out which sites are behind; true where any is. */
bool backlog_read(struct pipeline *pipeline);

#endif
