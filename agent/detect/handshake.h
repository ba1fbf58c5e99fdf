/* One handshake that is not over yet. */
#ifndef AUTHMEDIC_DETECT_HANDSHAKE_H
#define AUTHMEDIC_DETECT_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

enum handshake_state {
	HANDSHAKE_NONE,       /* no open handshake */
	HANDSHAKE_CHALLENGED, /* asked; no token yet */
	HANDSHAKE_LEG,        /* another leg was wanted */
	HANDSHAKE_UNDECIDED,  /* a leg or a refusal: silence means refusal */
	HANDSHAKE_ANSWERED,   /* got in, in a log where the 401s may still come */
	HANDSHAKE_TUNNEL, /* undecided, and what gets in is logged when its tunnel ends */
	HANDSHAKE_STATES
};

/* Where a line's request went, as numbers of places; 0: not known. */
struct whereabouts {
	uint8_t host;
	uint8_t worker;
};

/* One line of the processor's cache. */
struct handshake {
	uint64_t id;    /* in order of birth */
	uint64_t order; /* in its queue */
	uint64_t voter;
	uint64_t request;    /* its key: see KEY_REQUEST */
	int64_t time_ms;     /* of the line that brought it into its state */
	int64_t deadline_ms; /* of the log's clock */
	uint32_t failures;   /* lines with 401 */
	uint32_t older;      /* of struct answers */
	uint8_t state;       /* HANDSHAKE_NONE: the entry is free */
	uint8_t scheme;
	bool challenged : 1;
	bool has_leg : 1;       /* the server wanted another token */
	bool has_token : 1;     /* a token was answered with 401, which may have been a leg */
	bool has_substatus : 1; /* ANSWERED: so that the scheme follows from the legs */
	bool known_good : 1;    /* its voter, when its last line came */
	struct whereabouts where;
};

_Static_assert(sizeof(struct handshake) == 64, "of two lines the second would have to be fetched");

#endif
