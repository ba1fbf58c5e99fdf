/* What goes to one receiver next: its oldest message that waits, or several as one. */
#ifndef AUTHMEDIC_DAEMON_PARCEL_H
#define AUTHMEDIC_DAEMON_PARCEL_H

#include "report/grouping.h"
#include "state/store.h"

#define PARCEL_ID_BYTES       256
#define PARCEL_MAX_BYTES      ((size_t)1024 * 1024)

struct parcel {
	struct grouping *grouping;
	bool may_group;
	int64_t number; /* of the oldest; 0: nothing waits */
	char id[PARCEL_ID_BYTES];
	struct buffer document;
	int64_t created_ms;
	int64_t attempts; /* begun before */
};

/* Packs what waits for the target, and changes nothing. -EINVAL or -E2BIG only where the oldest
 * message is none of ours; its number is known then. Emptied by parcel_done() in any case. */
must_check int parcel_pack(
    struct parcel *parcel, struct store *store, const char *target, bool may_group);
void parcel_done(struct parcel *parcel);

/* Notes that an attempt is made: from here on the same goes out again, by the same id, whatever
 * happens meanwhile. Never -EINVAL or -E2BIG: the message has been found good. */
must_check int parcel_begin(const struct parcel *parcel, struct store *store);

#endif
