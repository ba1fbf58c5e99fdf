/* What the files of the handshakes share: handshakes.c is the table and how handshakes end,
 * handshakes_lines.c what lines do to them, handshakes_rows.c how they are kept. */
#ifndef AUTHMEDIC_DETECT_HANDSHAKES_PRIVATE_H
#define AUTHMEDIC_DETECT_HANDSHAKES_PRIVATE_H

#include "detect/handshakes.h"

/* A number for an entry that is filled where it stays; there must be room. */
uint32_t handshakes_take_number(struct handshakes *handshakes);
/* The entry, filled, counts from now on; its first handshakes_wait() puts it into a queue. */
void handshakes_insert(struct handshakes *handshakes, uint32_t number);
/* Into its chains, in front; into its queue, at the end; among the free numbers. */
void handshakes_chain(struct handshakes *handshakes, uint32_t number);
void handshakes_enqueue(struct handshakes *handshakes, uint32_t number);
void handshakes_free(struct handshakes *handshakes, uint32_t number);
/* Makes room for one more. */
void handshakes_make_room(struct handshakes *handshakes);
/* Into the state, at the end of its queue, with all the time that the state gives. */
void handshakes_wait(struct handshakes *handshakes, uint32_t number, enum handshake_state state,
    const struct line *line);
/* How long a state waits for what may come. */
int64_t handshakes_patience_ms(const struct handshakes *handshakes, enum handshake_state state);
/* Nothing more came: it ends as its state tells. */
void handshakes_end(struct handshakes *handshakes, uint32_t number);
/* The same before its time: then silence does not mean refusal. */
void handshakes_cut_short(struct handshakes *handshakes, uint32_t number);
void handshakes_drop(struct handshakes *handshakes, uint32_t number);
void handshakes_tell(struct handshakes *handshakes, const struct sign_in *sign_in);

/* The scheme of a sign-in by the token of its last line, those before it (NULL: none were), or how
 * many legs IIS needed. */
enum scheme handshake_scheme(const struct handshake *handshake, enum scheme last);

static inline bool scheme_is_token(enum scheme scheme)
{
	return scheme != SCHEME_UNKNOWN && scheme != SCHEME_NONE;
}

/* A token that tells its scheme; others continue one. */
static inline bool scheme_is_named(enum scheme scheme)
{
	return scheme == SCHEME_KERBEROS || scheme == SCHEME_NTLM || scheme == SCHEME_BASIC;
}

static inline bool handshakes_is_answer(const struct handshakes *handshakes, uint32_t number)
{
	return number >= handshakes->first_answer;
}

static inline uint32_t handshakes_answer_number(
    const struct handshakes *handshakes, const struct handshake *answer)
{
	return answer != NULL ? (uint32_t)(answer - handshakes->entries) : 0;
}

static inline uint64_t handshakes_key_of_both(uint64_t request, uint64_t connection)
{
	return connection != 0 ? request + (connection << 32 | connection >> 32) : 0;
}

/* Of an entry in chains. */
static inline uint64_t handshakes_key(
    const struct handshakes *handshakes, uint32_t number, enum handshake_key key)
{
	uint64_t request = handshakes->entries[number].request;

	if (key == KEY_REQUEST)
		return request;
	return key == KEY_CONNECTION
	    ? handshakes->connections[number]
	    : handshakes_key_of_both(request, handshakes->connections[number]);
}

/* A power of two: as many as the processor's nearest cache can hold beside all else. */
#define HANDSHAKES_OPEN_COUNTERS 4096

/* How many open handshakes share these bits of the voter. */
static inline uint32_t *handshakes_open_of(struct handshakes *handshakes, uint64_t voter)
{
	return &handshakes->open_by_voter[voter % HANDSHAKES_OPEN_COUNTERS];
}

#endif
