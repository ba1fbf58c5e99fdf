/* The clock that tells how long a message has waited and when it is due: the wall's, for it goes on
 * while we do not run. Where somebody sets it, what waits is put right by as much. */
#ifndef AUTHMEDIC_DAEMON_MESSAGE_CLOCK_H
#define AUTHMEDIC_DAEMON_MESSAGE_CLOCK_H

#include "state/store.h"

struct message_clock {
	int64_t ahead_ms; /* of the clock that nobody sets */
	int told_error;   /* why the messages could not follow; 0: they could */
};

struct message_clock message_clock_now(void);
/* By how much it was set since, as the messages in the store have followed; 0: it was not, or they
 * could not, and do so the next time. */
int64_t message_clock_follow(struct message_clock *clock, struct store *store);

#endif
