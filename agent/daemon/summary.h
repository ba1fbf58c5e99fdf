/* What is seen, in one line. */
#ifndef AUTHMEDIC_DAEMON_SUMMARY_H
#define AUTHMEDIC_DAEMON_SUMMARY_H

#include "daemon/site.h"

/* Appends "2 sites watched, 1 incident open, 1 log deaf". */
void summary_append(struct buffer *line, const struct site *sites, size_t site_count);

#endif
