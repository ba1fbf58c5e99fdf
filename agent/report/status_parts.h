/* Shared by the files that make the status document. */
#ifndef AUTHMEDIC_REPORT_STATUS_PARTS_H
#define AUTHMEDIC_REPORT_STATUS_PARTS_H

#include "report/status.h"

/* "fleet": what this host sees of it, or null where it is in none. */
void status_put_fleet(struct json *document, const struct report_fleet *fleet);

#endif
