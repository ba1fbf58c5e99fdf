/* Any packet is either refused, or holds texts that end and numbers that mean something. */
#include "fuzz.h"

#include <string.h>

#include "base/view.h"
#include "remedy/protocol.h"

static bool is_terminated(const char *field, size_t field_bytes)
{
	return memchr(field, '\0', field_bytes) != NULL;
}

static bool is_one_word(const char field[PROTOCOL_NAME_BYTES])
{
	if (!is_terminated(field, PROTOCOL_NAME_BYTES))
		return false;
	for (size_t i = 0; field[i] != '\0'; i++)
		if (field[i] <= ' ' || field[i] > '~')
			return false;
	return true;
}

static void check_request(const uint8_t *data, size_t size)
{
	struct protocol_request request;

	if (protocol_check_request(data, size) < 0)
		return;
	fuzz_check(size == sizeof(request));
	memcpy(&request, data, sizeof(request));
	fuzz_check(request.magic == PROTOCOL_MAGIC);
	fuzz_check(request.begin_by_s == 0 || request.verb == PROTOCOL_APPLY);
	fuzz_check(request.key == 0 || request.verb == PROTOCOL_REVERTED);
	fuzz_check(request.verb >= PROTOCOL_INSPECT && request.verb < PROTOCOL_VERBS);
	fuzz_check(is_one_word(request.site) && is_one_word(request.incident) &&
	           is_one_word(request.reason));
	fuzz_check(request.verb != PROTOCOL_APPLY || request.incident[0] != '\0');
	fuzz_check(request.for_ms >= 0 && request.for_ms <= PROTOCOL_MAX_FOR_MS);
}

static void check_reply(const uint8_t *data, size_t size)
{
	struct protocol_reply reply;

	if (protocol_read_reply(&reply, data, size) < 0)
		return;
	fuzz_check(size == protocol_reply_bytes(&reply) && size <= sizeof(reply));
	fuzz_check(strcmp(protocol_result_name(reply.result), "invalid") != 0);
	fuzz_check(strcmp(protocol_refusal_name(reply.refusal), "invalid") != 0);
	fuzz_check((reply.result == PROTOCOL_REFUSED) == (reply.refusal != REFUSAL_NONE));
	fuzz_check(reply.standing_count <= PROTOCOL_MAX_STANDING);
	for (uint32_t i = 0; i < reply.standing_count; i++)
		fuzz_check(is_one_word(reply.standing[i].site) &&
		           is_one_word(reply.standing[i].remedy));
	fuzz_check(is_terminated(reply.text, sizeof(reply.text)));
	fuzz_check(reply.standing_count > 0 || is_terminated(reply.facts, sizeof(reply.facts)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_request(data, size);
	check_reply(data, size);
	return 0;
}
