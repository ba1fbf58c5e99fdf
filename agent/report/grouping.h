/* Which of a receiver's waiting messages go together as one. Messages of one kind do, one of each
 * site or log; of each site's incident and each log the order stays what it is. */
#ifndef AUTHMEDIC_REPORT_GROUPING_H
#define AUTHMEDIC_REPORT_GROUPING_H

#include "base/json.h"

#define GROUPING_MAX_MEMBERS 32
#define GROUPING_MAX_LOOKED  512 /* messages that are looked at for one group */
#define GROUPING_MAX_BYTES   ((size_t)40 * 1024)
#define GROUPING_ID_BYTES    32

struct grouping;

/* Borrowed; lives during the call. */
struct grouping_message {
	int64_t number; /* the caller's own */
	const char *id;
	struct view document; /* as notification.h prints it */
};

must_check int grouping_new(struct grouping **ret_grouping);
void grouping_free(struct grouping **grouping);

/* Offers the waiting messages, the oldest first. False where no more need be offered. The first is
 * always taken, also where it cannot be read: grouping_error() says so then. */
bool grouping_offer(struct grouping *grouping, const struct grouping_message *message);
/* 0; -EINVAL where the first message is none of ours, -ENOMEM. */
must_check int grouping_error(const struct grouping *grouping);

/* The numbers of those that go together, the oldest first. */
size_t grouping_count(const struct grouping *grouping);
const int64_t *grouping_numbers(const struct grouping *grouping);
/* Names the group by its members: the same members, the same name. */
void grouping_id(const struct grouping *grouping, char ret_id[GROUPING_ID_BYTES]);
/* The document of the group, in the form of a notification; its members without their evidence.
 * Once only: the members go into it. */
must_check int grouping_print(struct grouping *grouping, struct buffer *document);

#endif
