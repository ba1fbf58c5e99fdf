/* What one pipeline leaves to the next when the configuration is read again: what people wrote, and
 * the open store, so that nothing that became of its folder meanwhile can end what runs. */
#ifndef AUTHMEDIC_DAEMON_ESTATE_H
#define AUTHMEDIC_DAEMON_ESTATE_H

#include "daemon/rulebook.h"
#include "daemon/saving.h"
#include "state/store.h"

struct estate {
	struct rulebook rulebook;
	struct store *store; /* open; NULL: not yet */
	char *set_aside; /* where the state of an earlier run lies unread, or NULL */
	struct saving saving;
};

/* Opens the store of the rulebook's configuration. Errors are appended as lines. */
must_check int estate_open(struct estate *estate, struct buffer *errors);
/* The same while another store is in use, which goes on: left NULL where it would be the same one,
 * for estate_take_over(). */
must_check int estate_open_beside(
    struct estate *estate, const struct store *used, struct buffer *errors);
/* Takes over from one that is not in use any more: what people were told of saving, and the store
 * where it has none. */
void estate_take_over(struct estate *estate, struct estate *from);
void estate_done(struct estate *estate);

#endif
