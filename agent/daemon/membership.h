/* What joins the sites and the fleet: what we say of our incidents, whose turn we ask for, and what
 * each site's controller is told. NULL is fine everywhere: this host is in no fleet. */
#ifndef AUTHMEDIC_DAEMON_MEMBERSHIP_H
#define AUTHMEDIC_DAEMON_MEMBERSHIP_H

#include "daemon/site.h"
#include "loop/loop.h"
#include "report/metrics.h"
#include "report/model.h"
#include "report/notification.h"
#include "state/store.h"

struct membership;

struct membership_parts {
	uv_loop_t *loop;
	const struct config *config;
	struct store *store;
	struct journal *journal;
	struct site *sites;
	size_t site_count;
	void (*on_change)(void *context); /* a controller may have wishes now */
	void *context;
};

/* NULL where no fleet is configured. What is wrong with a file or a name is appended as a line. */
must_check int membership_new(struct membership **ret_membership,
    const struct membership_parts *parts, struct buffer *errors);
void membership_close(struct membership **membership);

/* After each step, and each second. */
void membership_work(struct membership *membership);
/* What people were told, inside the transaction that has the message itself; and after the commit.
 */
must_check int membership_save(const struct membership *membership, struct store *store);
void membership_committed(struct membership *membership);
/* Boot time until which an action of the site may begin; 0: ever, -1: not now. */
int64_t membership_begin_by_ms(const struct membership *membership, const struct site *site);

/* Whether something stands in this host's way in its fleet, that people were told of. */
bool membership_is_hindered(
    const struct membership *membership, struct notification_of_fleet *ret_notification);
/* NULL where there is none; lives until the next call. */
const struct report_fleet *membership_model(struct membership *membership);
void membership_put_metrics(const struct report_fleet *model, struct metrics *metrics);

#endif
