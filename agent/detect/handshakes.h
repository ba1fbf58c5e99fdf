/* Pairs what belongs to one sign-in: the 401 that asks, the legs, and the answer that ends it. What
 * a line cannot tell by itself, the lines around it do, or silence. */
#ifndef AUTHMEDIC_DETECT_HANDSHAKES_H
#define AUTHMEDIC_DETECT_HANDSHAKES_H

#include "detect/answers.h"
#include "detect/changes.h"
#include "detect/detector.h"
#include "detect/links.h"
#include "detect/row.h"
#include "detect/verdict.h"

/* A client answers a challenge at once; one that polls comes later. */
#define HANDSHAKES_SOON_MS 3000
/* IIS may log an answer this much before its challenge. */
#define HANDSHAKES_DISORDER_MS 2000
/* A proxy logs a tunnel when it ends. */
#define HANDSHAKES_TUNNEL_MS 60000

/* So many of those that wait are looked through for a request that does not show its agent. */
#define HANDSHAKES_MAX_LOOKED_THROUGH 32

/* What a handshake is found by. */
enum handshake_key {
	KEY_REQUEST,    /* voter, agent and target without query */
	KEY_CONNECTION, /* voter and connection; 0: not logged */
	KEY_BOTH,       /* 0: no connection */
	KEY_COUNT
};

/* How a sign-in ended. */
struct sign_in {
	uint64_t voter;
	uint32_t voter_number; /* see struct line; 0: look */
	int64_t time_ms;
	enum outcome outcome;
	enum scheme scheme;
	uint32_t count;     /* how many ended so; 0: the count follows later */
	bool authenticated; /* established, but no handshake of its own */
	bool good;          /* makes the voter known-good */
	bool claimed;       /* a name that may have been typed: a refusal before it stands */
	bool belated;       /* silence told, not the line at that time */
	bool voted;         /* it was told before, as what it is; now it only counts */
	enum cause cause;   /* of a refusal */
	enum status_class class;
	struct whereabouts where;    /* of the line before, where silence told */
	const struct record *record; /* of the line that told; NULL where silence did */
};
typedef void handshakes_on_sign_in(void *context, const struct sign_in *sign_in);

struct handshakes_options {
	int64_t timeout_ms;
	int64_t tunnel_ms; /* HANDSHAKES_TUNNEL_MS, or less where the window is short */
	size_t max_pending;
	struct hash_seed seed;
	const struct statuses *statuses; /* borrowed; NULL: the server's codes say nothing */
	handshakes_on_sign_in *on_sign_in;
	void *context;
};

/* Strangers' give way before known-good voters': strangers can ask as often as they like. */
enum handshake_queue {
	QUEUE_PATIENT, /* challenged, legs: until the timeout */
	QUEUE_SOON,    /* undecided */
	QUEUE_TUNNEL,  /* undecided, at a forward proxy */
	QUEUE_PATIENT_KNOWN, /* the same three of known-good voters */
	QUEUE_SOON_KNOWN,
	QUEUE_TUNNEL_KNOWN,
	QUEUE_ANSWERED, /* has told its outcome: goes before all others */
	QUEUE_COUNT
};

struct handshakes {
	struct handshakes_options options;
	/* By number: those in chains and queues, and from `first_answer` on the rows of `answers`.
	 * On the borders of the cache's lines, in `memory`. */
	struct handshake *entries;
	void *memory;
	uint32_t first_answer;
	struct answers answers;
	uint64_t *connections; /* their keys; 0: not logged */
	uint64_t *refused; /* digests of what was refused last: method and whole target */
	uint32_t used;
	uint32_t free;
	size_t count; /* of the answers, too */
	uint64_t next_id;
	uint64_t next_order;
	uint64_t evicted_total;
	bool unsettled; /* restored entries are in no chain and no queue yet */
	struct queue queues[QUEUE_COUNT];
	struct queue_links links;
	struct chains by_key[KEY_COUNT]; /* the newest first */
	struct changes changes;
	/* Entries in chains that share these bits of the voter: 0 spares a look. */
	uint32_t *open_by_voter;
};

must_check int handshakes_init(
    struct handshakes *handshakes, const struct handshakes_options *options);
void handshakes_done(struct handshakes *handshakes);

/* One line: the record, its voter, its time and the log's clock, which is not before it. */
struct line {
	const struct record *record;
	uint64_t voter;
	uint32_t voter_number; /* among the known-good ones; 0: it is none */
	int64_t time_ms;
	int64_t now_ms;
	bool through_proxy; /* the connection is a proxy's: several clients', or a part of one's */
	bool name_is_claim; /* the user's name is the client's word */
	struct whereabouts where;
};
void handshakes_line(struct handshakes *handshakes, const struct line *line);
/* Ends what has waited long enough. */
void handshakes_expire(struct handshakes *handshakes, int64_t now_ms);
/* Ends all, as the clock cannot be trusted; nobody counts as rejected by silence. */
void handshakes_abandon(struct handshakes *handshakes);

must_check int handshakes_save(struct handshakes *handshakes, const struct row_sink *sink);
void handshakes_saved(struct handshakes *handshakes);
void handshakes_offer_all(struct handshakes *handshakes);
must_check int handshakes_restore(
    struct handshakes *handshakes, uint64_t number, struct view value);
void handshakes_settle(struct handshakes *handshakes);
/* The keys in rows were made with this seed. */
void handshakes_reseed(struct handshakes *handshakes, const struct hash_seed *seed);

#endif
