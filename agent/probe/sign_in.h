/* One probe: a fresh ticket, and with it a sign-in at each address of the server. Blocks. */
#ifndef AUTHMEDIC_PROBE_SIGN_IN_H
#define AUTHMEDIC_PROBE_SIGN_IN_H

#include "probe/options.h"
#include "probe/outcome.h"

/* Signs in, and appends the report for people and programs. Ends the process, with a report, where
 * the time is up. */
enum probe_reason sign_in(const struct probe_options *options, struct buffer *ret_report);

#endif
