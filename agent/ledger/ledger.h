/* The record of every action and of what people said about them: a text file, one line a record,
 * only ever added to. A line ends in a check of itself, so that damage is noticed; whoever may
 * write the file may forge it all the same.
 *
 * An action's intent is on the disk before the action begins, and the file stays locked until its
 * result is there too. A last line without its newline is what a crash left: it is kept, and
 * whoever takes the lock next ends it as a record of its own, an action of unknown site. */
#ifndef AUTHMEDIC_LEDGER_LEDGER_H
#define AUTHMEDIC_LEDGER_LEDGER_H

#include "ledger/budget.h"
#include "remedy/protocol.h"

#define LEDGER_MAX_BYTES      ((size_t)64 * 1024 * 1024)
#define LEDGER_MAX_LINE_BYTES ((size_t)2048)
/* Of those, for results and reverts alone: a thousand of them, so that what was applied for a time
 * can be taken back when nothing else can be written any more. */
#define LEDGER_KEPT_BYTES     ((size_t)1024 * 1024)
/* Of the disk that much is taken with each apply that must be reverted: room for that some sixty
 * times over, also where the disk is full by then. */
#define LEDGER_REVERT_BYTES   ((size_t)64 * 1024)

enum ledger_kind {
	LEDGER_INTENT,
	LEDGER_RESULT,
	LEDGER_CLOCK, /* time has passed */
	LEDGER_TORN,  /* what a crash left of a record */
	/* What the daemon found out and what people said; see the verbs of remedy/protocol.h. */
	LEDGER_LOCK,
	LEDGER_UNLOCK,
	LEDGER_APPROVE,
	LEDGER_SKIP,
	LEDGER_DENY,
	LEDGER_PAUSE,
	LEDGER_RESUME,
	LEDGER_KINDS
};

struct ledger_record {
	enum ledger_kind kind;
	struct moment when;
	/* Of all but clock and torn lines; texts are one word each, or empty. */
	char site[PROTOCOL_NAME_BYTES];
	char remedy[PROTOCOL_NAME_BYTES];
	char incident[PROTOCOL_NAME_BYTES];
	uint32_t rung;
	uint64_t key;   /* of the rung, see struct config_rung */
	int64_t for_ms; /* of an apply or approval: when to revert; 0: never, as configured */
	char by[PROTOCOL_NAME_BYTES]; /* who asked for it */
	/* Of intents and results alone. */
	char action_id[PROTOCOL_NAME_BYTES];
	char reason[PROTOCOL_NAME_BYTES];
	bool reverts;                /* else it applies */
	enum protocol_result result; /* PROTOCOL_UNKNOWN in an intent */
	int64_t process_id;          /* the plugin's */
	uint64_t start_ticks;
	int64_t deadline_ms; /* of CLOCK_BOOTTIME */
};

struct ledger {
	int folder;  /* not the ledger's own */
	int file;    /* -1 where it is not locked */
	bool spoilt; /* a record is there in part, and could not be taken back */
};

/* Makes the file where there is none, locks it, and ends a torn line. -EBUSY where it is locked
 * already; any other error means that the ledger must not be relied on. */
must_check int ledger_lock(struct ledger *ledger, const struct moment *now);
void ledger_unlock(struct ledger *ledger);

/* Under the lock: adds the record and returns once it is on the disk. On failure the file is what
 * it was; an intent fails where there is no room for its result either, nor for its revert. -EFBIG
 * where the ledger is as long as it may be for such a record. */
must_check int ledger_add(struct ledger *ledger, const struct ledger_record *record);

/* Reads every record, locked or not. -EBADMSG where a line is damaged, -EPERM where the file's
 * owner or mode is wrong. No file is an empty one. */
typedef void ledger_on_record(void *context, const struct ledger_record *record);
must_check int ledger_read(
    const struct ledger *ledger, ledger_on_record *on_record, void *context);

#endif
