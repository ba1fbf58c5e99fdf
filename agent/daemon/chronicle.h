/* What the daemon sees of a site, as it goes into the course of the site's last day. */
#ifndef AUTHMEDIC_DAEMON_CHRONICLE_H
#define AUTHMEDIC_DAEMON_CHRONICLE_H

#include "daemon/site.h"

/* Before the first line, with all that was kept; `configuration` is its digest. */
void chronicle_begin(struct site *site, uint64_t configuration);
void chronicle_on_line(struct site *site);
/* Each step. */
void chronicle_look(struct site *site, bool catching_up);
void chronicle_on_probe(struct site *site, enum probe_result result);
/* The facts are of an inspection that has just ended. */
void chronicle_on_inspected(struct site *site);
void chronicle_on_event(struct site *site, const struct controller_event *event);
void chronicle_on_pause(struct site *site, bool paused);

#endif
