/* A server's WWW-Authenticate values, whatever they hold, become a state, schemes that are words,
 * and an error that is part of what was sent. */
#include "fuzz.h"

#include <ctype.h>

#include "probe/challenge.h"

#define MAX_SCHEMES_BYTES 64
#define MAX_ERROR_BYTES   4096

static void check_schemes(struct view values)
{
	struct buffer auto_buffer schemes;

	buffer_init(&schemes, MAX_SCHEMES_BYTES);
	challenge_append_schemes(values, &schemes);
	fuzz_check(buffer_error(&schemes) == 0);
	for (size_t i = 0; i < schemes.length; i++)
		fuzz_check(schemes.data[i] == ' ' || schemes.data[i] == '-' ||
		           isdigit((unsigned char)schemes.data[i]) ||
		           islower((unsigned char)schemes.data[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view bytes = view_of((const char *)data, size);
	struct buffer auto_buffer error;
	struct view part;

	buffer_init(&error, MAX_ERROR_BYTES);
	check_schemes(bytes);
	if (challenge_reply_state(bytes, &error) != REPLY_STATE_NONE)
		fuzz_check(challenge_offers_negotiate(bytes));
	challenge_token_state(bytes, &part);
	fuzz_check(part.length == 0 ||
	           (part.data >= bytes.data && part.data + part.length <= bytes.data + size));
	return 0;
}
