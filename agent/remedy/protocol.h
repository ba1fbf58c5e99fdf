/* The messages between authmedicd (or authmedic) and authmedic-helper: one a packet, over
 * SOCK_SEQPACKET on one machine, so in host order; of fixed size, but that a reply ends behind its
 * facts, or behind what stands. All text is NUL-terminated and checked to be. Neither side takes
 * more from the other than these fields. */
#ifndef AUTHMEDIC_REMEDY_PROTOCOL_H
#define AUTHMEDIC_REMEDY_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

#define PROTOCOL_MAGIC          UINT32_C(0x61756d34) /* "aum4" */
#define PROTOCOL_NAME_BYTES     64
#define PROTOCOL_TEXT_BYTES     256
#define PROTOCOL_MAX_FOR_MS     INT64_C(2592000000) /* 30 days */
/* Some hundred facts of ordinary length, in a packet that any socket holds. */
#define PROTOCOL_FACTS_BYTES    32768
#define PROTOCOL_MAX_STANDING   16 /* on the host; with so many nothing is begun */
/* In `applied`: something stands whose rung is none of the site's any more. */
#define PROTOCOL_APPLIED_GONE   (UINT32_C(1) << 31)

enum protocol_verb {
	PROTOCOL_INSPECT = 1, /* run the inspectors of the site */
	PROTOCOL_APPLY,       /* run the rung of the site for the incident */
	PROTOCOL_ACTION,      /* what became of the action of that incident and rung */
	PROTOCOL_STATUS,      /* the site's budget, what is in flight */
	PROTOCOL_PAUSE,       /* no action on any site until resumed (kept across restarts) */
	PROTOCOL_RESUME,
	PROTOCOL_LOCK,    /* the rung did not help: locked until a person unlocks it */
	PROTOCOL_UNLOCK,  /* from here on and PROTOCOL_RESUME: from root or our parent only */
	PROTOCOL_APPROVE, /* the rung may run once, soon, for the incident, and only for_ms long */
	PROTOCOL_SKIP,    /* not this rung for this incident */
	PROTOCOL_DENY,    /* no rung at all for this incident */
	PROTOCOL_REVERT,  /* take the rung back now */
	PROTOCOL_REVERTED, /* a person has done that by hand: by `key`, for the rung may be gone */
	PROTOCOL_VERBS
};

/* The action's name in the ledger where a person took back by hand what was applied. */
#define PROTOCOL_BY_HAND "by-hand"

/* How a request ended. */
enum protocol_result {
	PROTOCOL_DONE = 0,
	PROTOCOL_FAILED,     /* the plugin ran and said no, or was killed at its deadline */
	PROTOCOL_TRY_LATER,  /* the plugin's exit 75 */
	PROTOCOL_BAD_CONFIG, /* the plugin's exit 2, or a plugin that may not be run */
	PROTOCOL_UNKNOWN,    /* an intent without a result: a crash in between */
	PROTOCOL_IN_FLIGHT,  /* still running */
	PROTOCOL_NEVER,      /* no such action in the ledger */
	PROTOCOL_REFUSED,    /* see refusal */
};

enum protocol_refusal {
	REFUSAL_NONE = 0,
	REFUSAL_MALFORMED,
	REFUSAL_CONFIG,    /* daemon and helper read different configurations */
	REFUSAL_SITE,      /* no such site, or an empty name */
	REFUSAL_RUNG,      /* no such rung */
	REFUSAL_OBSERVE,   /* the site is in mode observe */
	REFUSAL_PAUSED,    /* paused, or the disable file is there */
	REFUSAL_BUDGET,    /* spent, or the ledger cannot be read or written */
	REFUSAL_BUSY,      /* another action is in flight on this host */
	REFUSAL_REPEATED,  /* this incident already ran this rung */
	REFUSAL_LOCKED,    /* the rung did not help before, and nobody has unlocked it */
	REFUSAL_APPROVAL,  /* the rung needs a person's approval */
	REFUSAL_DENIED,    /* a person said no, to the rung or to any for this incident */
	REFUSAL_OPERATOR,  /* only root may say that */
	REFUSAL_LATE,      /* it came after begin_by_s: the fleet may have given the slot away */
	REFUSAL_COUNT
};

struct protocol_request {
	uint32_t magic;
	uint32_t verb;
	uint64_t request_id; /* echoed */
	uint64_t config_digest;
	uint64_t key;        /* of what was taken back by hand */
	int64_t for_ms;      /* of an approval: when to revert; 0: as configured */
	uint32_t rung;       /* index in the site's ladder */
	uint32_t begin_by_s; /* of an apply: CLOCK_BOOTTIME until which it may be begun; 0: ever */
	char site[PROTOCOL_NAME_BYTES];
	char incident[PROTOCOL_NAME_BYTES];
	char reason[PROTOCOL_NAME_BYTES]; /* the diagnosis; for the ledger, never an argument */
};

/* What was applied for a time and is not taken back yet. */
struct protocol_standing {
	char site[PROTOCOL_NAME_BYTES];
	char remedy[PROTOCOL_NAME_BYTES];
	uint64_t key;     /* of the rung */
	int64_t until_ms; /* wall clock: when it is to be taken back, as approved */
	int64_t left_ms;  /* until then by all clocks; 0 or less: it is overdue */
};

struct protocol_reply {
	uint32_t magic;
	uint32_t verb;
	uint64_t request_id;
	uint32_t result;
	uint32_t refusal;
	uint32_t budget_hour; /* actions the site has left */
	uint32_t budget_day;
	uint32_t in_flight;   /* 0 or 1 */
	uint32_t paused;      /* 0 or 1 */
	uint32_t facts_truncated; /* 0 or 1 */
	uint32_t denied;      /* 0 or 1: by a person, for the incident asked about */
	uint32_t locked;      /* these three: a bit for each rung of the site */
	uint32_t skipped;
	uint32_t approved;
	uint32_t applied;     /* still to be reverted; and PROTOCOL_APPLIED_GONE */
	uint32_t standing_known; /* 0 or 1: the ledger could be read, so these are all */
	uint32_t standing_count; /* of all sites */
	char action_id[PROTOCOL_NAME_BYTES];
	char text[PROTOCOL_TEXT_BYTES];    /* the last line the plugin said, escaped */
	/* So short that whoever asks for many need not take them at once: one or the other. */
	union {
		/* Of PROTOCOL_INSPECT: for each inspector `@NAME` and its `name=value` lines, whole
		 * ones only. */
		char facts[PROTOCOL_FACTS_BYTES];
		struct protocol_standing standing[PROTOCOL_MAX_STANDING];
	};
};

const char *protocol_refusal_name(uint32_t refusal); /* "budget", …; the metric label */
const char *protocol_result_name(uint32_t result);
/* The remedy says so, or did not even run. */
bool protocol_changed_nothing(uint32_t result);

/* Whether an apply comes after the time until which it might be begun. */
bool protocol_is_late(const struct protocol_request *request, int64_t boottime_ms);

/* The reply's text: the last line of what was said, in printable ASCII. */
void protocol_set_text(struct protocol_reply *reply, struct view said);
/* How much of a reply is sent: a socket holds a few whole ones only. */
size_t protocol_reply_bytes(const struct protocol_reply *reply);

/* 0, or -EBADMSG where a packet is not exactly one well-formed message. */
must_check int protocol_check_request(const void *packet, size_t packet_bytes);
must_check int protocol_read_reply(
    struct protocol_reply *ret_reply, const void *packet, size_t packet_bytes);

#endif
