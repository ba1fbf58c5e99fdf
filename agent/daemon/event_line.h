/* What our own log says of each event of an incident. */
#ifndef AUTHMEDIC_DAEMON_EVENT_LINE_H
#define AUTHMEDIC_DAEMON_EVENT_LINE_H

#include "daemon/site.h"

void event_line_print(const struct site *site, const struct controller_event *event);

#endif
