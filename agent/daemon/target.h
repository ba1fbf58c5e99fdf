/* One receiver of notifications: how it is spoken to, its secrets, and what is under way to it. */
#ifndef AUTHMEDIC_DAEMON_TARGET_H
#define AUTHMEDIC_DAEMON_TARGET_H

#include "config/config.h"
#include "report/pace.h"
#include "report/webhook_sender.h"
#include "report/wire.h"

#define TARGET_MAX_ID_BYTES 256

enum delivery_kind {
	DELIVERY_STORED,
	DELIVERY_UNSAVED, /* of the store or the journal, while nothing can be noted of it */
	DELIVERY_FIRING, /* neither: what goes on, once more */
};

struct delivery { /* of the message that is under way to a target */
	enum delivery_kind kind;
	int64_t id; /* in the store; 0: it was not there yet */
	int64_t created_ms;
	int64_t attempts; /* this one included */
	int64_t unnoted; /* those of them that the store does not know of */
	char message_id[TARGET_MAX_ID_BYTES];
};

struct unsaved_turn { /* of what goes out while nothing can be noted of it */
	char id[TARGET_MAX_ID_BYTES]; /* of the one that is to be tried again; "": none */
	int64_t attempts, unnoted;
	int64_t due_ms; /* boot time */
	int64_t passed; /* what the store has up to this number is settled, and owed */
};

struct target {
	const struct wire *wire;
	char *key; /* of the receiver, where its body carries one */
	struct signature_secret secret;
	struct delivery delivery;
	struct unsaved_turn unsaved;
	int64_t again_due_ms; /* boot time */
	size_t again_from; /* of what goes on so many are told already; 0: it begins anew */
	int told_error; /* why its last message of the store could not go; 0: it went */
	struct pace pace;
	bool is_due; /* to be sent in this round */
	uint64_t waiting, dead; /* in the store, as last counted */
};

/* Whether its secrets can be read and are good; what is wrong with a file is appended. */
must_check int target_check(const struct config_notify *notify, struct buffer *errors);
/* Reads its secrets and adds it to the sender, in place; what is wrong with a file is appended. */
must_check int target_open(struct target *target, const struct config_notify *notify,
    struct webhook_sender *sender, struct buffer *errors);
/* Overwrites the secrets. */
void target_done(struct target *target);

#endif
