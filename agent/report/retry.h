/* When an undelivered message is tried again, and when no more. */
#ifndef AUTHMEDIC_REPORT_RETRY_H
#define AUTHMEDIC_REPORT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#define RETRY_FIRST_MS	      INT64_C(2000)		/* doubled with each attempt … */
#define RETRY_LONGEST_MS      INT64_C(600000)		/* … up to 10 minutes */
#define RETRY_LONGEST_WISH_MS INT64_C(3600000)		/* the longest Retry-After that is obeyed */
#define RETRY_MAX_AGE_MS      (INT64_C(3) * 86400000)	/* older messages are given up */

/* How long to wait before the next attempt. `attempts` were made, this one included; `wish_ms` is
 * the receiver's Retry-After, or -1; `random` spreads the attempts of many senders over the second
 * half of the time. Never shorter than the receiver's wish. */
int64_t retry_delay_ms(int64_t attempts, int64_t wish_ms, uint64_t random);

/* Whether a message of this age is tried no more. A clock that went back makes no message old. */
bool retry_gives_up(int64_t created_ms, int64_t now_ms);

#endif
