#include "remedy/protocol.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

const char *protocol_refusal_name(uint32_t refusal)
{
	static const char *const names[REFUSAL_COUNT] = {
	    [REFUSAL_NONE] = "none",
	    [REFUSAL_MALFORMED] = "malformed",
	    [REFUSAL_CONFIG] = "config",
	    [REFUSAL_SITE] = "site",
	    [REFUSAL_RUNG] = "rung",
	    [REFUSAL_OBSERVE] = "observe",
	    [REFUSAL_PAUSED] = "paused",
	    [REFUSAL_BUDGET] = "budget",
	    [REFUSAL_BUSY] = "busy",
	    [REFUSAL_REPEATED] = "repeated",
	    [REFUSAL_LOCKED] = "locked",
	    [REFUSAL_APPROVAL] = "approval",
	    [REFUSAL_DENIED] = "denied",
	    [REFUSAL_OPERATOR] = "operator",
	    [REFUSAL_LATE] = "late",
	};

	return refusal < REFUSAL_COUNT ? names[refusal] : "invalid";
}

const char *protocol_result_name(uint32_t result)
{
	static const char *const names[] = {
	    [PROTOCOL_DONE] = "done",
	    [PROTOCOL_FAILED] = "failed",
	    [PROTOCOL_TRY_LATER] = "try-later",
	    [PROTOCOL_BAD_CONFIG] = "bad-config",
	    [PROTOCOL_UNKNOWN] = "unknown",
	    [PROTOCOL_IN_FLIGHT] = "in-flight",
	    [PROTOCOL_NEVER] = "never",
	    [PROTOCOL_REFUSED] = "refused",
	};

	return result < count_of(names) ? names[result] : "invalid";
}

bool protocol_changed_nothing(uint32_t result)
{
	return result == PROTOCOL_TRY_LATER || result == PROTOCOL_BAD_CONFIG;
}

/* Whether the field holds a NUL, and before it only bytes from `lowest` to '~', or newlines where
 * those are welcome. */
static bool is_text(const char *field, size_t field_bytes, char lowest, bool newlines)
{
	for (size_t i = 0; i < field_bytes; i++) {
		if (field[i] == '\0')
			return true;
		if ((field[i] < lowest || field[i] > '~') && !(newlines && field[i] == '\n'))
			return false;
	}
	return false;
}

/* One word, which may be empty: it stands in a line of the ledger. */
static bool is_word(const char field[PROTOCOL_NAME_BYTES])
{
	return is_text(field, PROTOCOL_NAME_BYTES, '!', false);
}

static bool is_whole_lines(const char facts[PROTOCOL_FACTS_BYTES])
{
	size_t length;

	if (!is_text(facts, PROTOCOL_FACTS_BYTES, ' ', true))
		return false;
	length = strlen(facts);
	return length == 0 || facts[length - 1] == '\n';
}

/* An action that belongs to no incident could not be told from its repetition, and what a person
 * approves is what he has seen. */
static bool needs_incident(uint32_t verb)
{
	return verb == PROTOCOL_APPLY || verb == PROTOCOL_ACTION || verb == PROTOCOL_APPROVE ||
	       verb == PROTOCOL_SKIP || verb == PROTOCOL_DENY;
}

static bool are_request_numbers(const struct protocol_request *request)
{
	return request->magic == PROTOCOL_MAGIC &&
	       (request->begin_by_s == 0 || request->verb == PROTOCOL_APPLY) &&
	       (request->key == 0 || request->verb == PROTOCOL_REVERTED) &&
	       request->verb >= PROTOCOL_INSPECT && request->verb < PROTOCOL_VERBS &&
	       request->for_ms >= 0 && request->for_ms <= PROTOCOL_MAX_FOR_MS;
}

bool protocol_is_late(const struct protocol_request *request, int64_t boottime_ms)
{
	return request->begin_by_s != 0 && boottime_ms > (int64_t)request->begin_by_s * 1000;
}

int protocol_check_request(const void *packet, size_t packet_bytes)
{
	struct protocol_request request;

	if (packet_bytes != sizeof(request))
		return -EBADMSG;
	memcpy(&request, packet, sizeof(request));
	if (!are_request_numbers(&request))
		return -EBADMSG;
	if (!is_word(request.site) || !is_word(request.incident) || !is_word(request.reason))
		return -EBADMSG;
	return request.incident[0] == '\0' && needs_incident(request.verb) ? -EBADMSG : 0;
}

static bool is_reply_result(const struct protocol_reply *reply)
{
	if (reply->result > PROTOCOL_REFUSED || reply->refusal >= REFUSAL_COUNT)
		return false;
	return (reply->result == PROTOCOL_REFUSED) == (reply->refusal != REFUSAL_NONE);
}

/* The verb 0 answers a packet in which no verb could be read. */
static bool is_reply_verb(const struct protocol_reply *reply)
{
	return reply->verb < PROTOCOL_VERBS &&
	       (reply->verb != 0 || reply->refusal == REFUSAL_MALFORMED);
}

static bool is_standing(const struct protocol_standing *standing)
{
	return is_word(standing->site) && is_word(standing->remedy) &&
	       standing->site[0] != '\0' && standing->remedy[0] != '\0';
}

static bool are_standing(const struct protocol_reply *reply)
{
	bool may = reply->standing_known == 1 && reply->verb != PROTOCOL_INSPECT;

	if (reply->standing_known > 1 || reply->standing_count > (may ? PROTOCOL_MAX_STANDING : 0))
		return false;
	for (uint32_t i = 0; i < reply->standing_count; i++)
		if (!is_standing(&reply->standing[i]))
			return false;
	return true;
}

static bool are_reply_texts(const struct protocol_reply *reply)
{
	return is_word(reply->action_id) &&
	       is_text(reply->text, sizeof(reply->text), ' ', false) &&
	       (reply->standing_count > 0 || is_whole_lines(reply->facts));
}

void protocol_set_text(struct protocol_reply *reply, struct view said)
{
	struct buffer auto_buffer escaped;
	struct view line = {0}, next;

	while (said.length > 0) {
		view_cut(&said, '\n', &next);
		if (view_trim(next).length > 0)
			line = view_trim(next);
	}
	buffer_init(&escaped, 4 * PROTOCOL_TEXT_BYTES);
	text_append_escaped(&escaped, view_first(line, PROTOCOL_TEXT_BYTES));
	snprintf(reply->text, sizeof(reply->text), "%s", buffer_text(&escaped));
}

size_t protocol_reply_bytes(const struct protocol_reply *reply)
{
	if (reply->standing_count > 0)
		return offsetof(struct protocol_reply, standing) +
		       reply->standing_count * sizeof(reply->standing[0]);
	return offsetof(struct protocol_reply, facts) + strlen(reply->facts) + 1;
}

int protocol_read_reply(
    struct protocol_reply *ret_reply, const void *packet, size_t packet_bytes)
{
	struct protocol_reply reply = {0};

	if (packet_bytes > sizeof(reply))
		return -EBADMSG;
	memcpy(&reply, packet, packet_bytes);
	if (reply.magic != PROTOCOL_MAGIC || reply.in_flight > 1 || reply.paused > 1 ||
	    reply.facts_truncated > 1 || reply.denied > 1)
		return -EBADMSG;
	if (!is_reply_verb(&reply) || !is_reply_result(&reply) || !are_standing(&reply) ||
	    !are_reply_texts(&reply))
		return -EBADMSG;
	if (packet_bytes != protocol_reply_bytes(&reply))
		return -EBADMSG;
	*ret_reply = reply;
	return 0;
}
