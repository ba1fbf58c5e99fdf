#include "unit.h"

#include <errno.h>

#include "remedy/protocol.h"

static struct protocol_request good_request(void)
{
	return (struct protocol_request){
	    .magic = PROTOCOL_MAGIC,
	    .verb = PROTOCOL_APPLY,
	    .request_id = 7,
	    .site = "intranet",
	    .incident = "i-1",
	    .reason = "stale-handle",
	};
}

static struct protocol_reply good_reply(void)
{
	return (struct protocol_reply){
	    .magic = PROTOCOL_MAGIC,
	    .verb = PROTOCOL_INSPECT,
	    .action_id = "a1",
	    .text = "all is well",
	    .facts = "worker.pid=12\nworker.count=1\n",
	};
}

static bool takes_request(const struct protocol_request *request)
{
	return protocol_check_request(request, sizeof(*request)) == 0;
}

static bool takes_reply(const struct protocol_reply *reply)
{
	struct protocol_reply read;

	return protocol_read_reply(&read, reply, protocol_reply_bytes(reply)) == 0;
}

/* Every refusal and result has a name of its own; numbers beyond the last are no crash. */
static void names(unused_parameter void **state)
{
	for (uint32_t i = 0; i < REFUSAL_COUNT; i++)
		for (uint32_t j = 0; j < i; j++)
			assert_string_not_equal(protocol_refusal_name(i), protocol_refusal_name(j));
	for (uint32_t i = 0; i <= PROTOCOL_REFUSED; i++)
		for (uint32_t j = 0; j < i; j++)
			assert_string_not_equal(protocol_result_name(i), protocol_result_name(j));
	assert_string_equal(protocol_refusal_name(REFUSAL_COUNT), "invalid");
	assert_string_equal(protocol_result_name(UINT32_MAX), "invalid");
}

/* A request of the right form is taken, with any verb. */
static void takes_good_requests(unused_parameter void **state)
{
	struct protocol_request request = good_request();

	for (request.verb = PROTOCOL_INSPECT; request.verb < PROTOCOL_VERBS; request.verb++)
		assert_true(takes_request(&request));
}

/* Another length, magic or verb, or a time where none belongs, is refused. */
static void refuses_other_forms(unused_parameter void **state)
{
	struct protocol_request request = good_request();

	assert_int_equal(protocol_check_request(&request, sizeof(request) - 1), -EBADMSG);
	assert_int_equal(protocol_check_request(&request, sizeof(request) + 1), -EBADMSG);
	assert_int_equal(protocol_check_request(&request, 0), -EBADMSG);
	request.magic++;
	assert_false(takes_request(&request));
	request = good_request();
	request.verb = 0;
	assert_false(takes_request(&request));
	request.verb = PROTOCOL_VERBS;
	assert_false(takes_request(&request));
	request = good_request();
	request.begin_by_s = 1;
	request.verb = PROTOCOL_INSPECT;
	assert_false(takes_request(&request));
}

/* An apply may be begun until the second it names, and ever where it names none. */
static void knows_what_is_late(unused_parameter void **state)
{
	struct protocol_request request = good_request();

	assert_false(protocol_is_late(&request, INT64_MAX));
	request.verb = PROTOCOL_APPLY;
	request.begin_by_s = UINT32_MAX;
	assert_true(takes_request(&request));
	assert_false(protocol_is_late(&request, INT64_C(4294967295000)));
	assert_true(protocol_is_late(&request, INT64_C(4294967295001)));
}

/* Names that could not stand as one word in a ledger line are refused. */
static void refuses_bad_names(unused_parameter void **state)
{
	static const char bad[] = {'\n', ' ', '\t', '\x1b', '\x7f', '\x80', '\xff'};
	struct protocol_request request;

	for (size_t i = 0; i < sizeof(bad); i++) {
		request = good_request();
		request.site[2] = bad[i];
		assert_false(takes_request(&request));
		request = good_request();
		request.incident[2] = bad[i];
		assert_false(takes_request(&request));
		request = good_request();
		request.reason[2] = bad[i];
		assert_false(takes_request(&request));
	}
	request = good_request();
	memset(request.site, 'a', sizeof(request.site)); /* no NUL */
	assert_false(takes_request(&request));
	request.site[sizeof(request.site) - 1] = '\0';
	assert_true(takes_request(&request));
}

/* What concerns one action, or is said of one incident, names it; the rest need not. */
static void wants_an_incident(unused_parameter void **state)
{
	static const uint32_t verbs[] = {PROTOCOL_APPLY, PROTOCOL_ACTION, PROTOCOL_APPROVE,
	    PROTOCOL_SKIP, PROTOCOL_DENY};
	struct protocol_request request = good_request();

	request.incident[0] = '\0';
	for (size_t i = 0; i < count_of(verbs); i++) {
		request.verb = verbs[i];
		assert_false(takes_request(&request));
	}
	request.verb = PROTOCOL_STATUS;
	assert_true(takes_request(&request));
}

/* Replies: results and refusals belong together, flags are 0 or 1, facts are whole lines. */
static void checks_replies(unused_parameter void **state)
{
	struct protocol_reply reply = good_reply();

	assert_true(takes_reply(&reply));
	reply.refusal = REFUSAL_BUDGET;
	assert_false(takes_reply(&reply));
	reply.result = PROTOCOL_REFUSED;
	assert_true(takes_reply(&reply));
	reply.refusal = REFUSAL_COUNT;
	assert_false(takes_reply(&reply));
	reply = good_reply();
	reply.result = PROTOCOL_REFUSED + 1;
	assert_false(takes_reply(&reply));
	reply = good_reply();
	reply.in_flight = 2;
	assert_false(takes_reply(&reply));
	reply = good_reply();
	reply.facts[strlen(reply.facts) - 1] = '\0';
	assert_false(takes_reply(&reply));
	reply = good_reply();
	reply.text[3] = '\n';
	assert_false(takes_reply(&reply));
	reply = good_reply();
	memset(reply.facts, 'a', sizeof(reply.facts) - 1);
	assert_false(takes_reply(&reply));
}

/* The text is the last line that says anything, so that a reply with it is taken. */
static void makes_texts(unused_parameter void **state)
{
	struct protocol_reply reply = good_reply();

	protocol_set_text(&reply, VIEW("first\nlast\x1b[31m \n \n"));
	assert_string_equal(reply.text, "last\\x1b[31m");
	assert_true(takes_reply(&reply));
	protocol_set_text(&reply, VIEW("\n"));
	assert_string_equal(reply.text, "");
}

/* What stands has a site and a remedy, each a word, and there is no more than there is room for. */
static void checks_what_stands(unused_parameter void **state)
{
	struct protocol_reply reply = good_reply();
	const struct protocol_standing standing = {.site = "web", .remedy = "mark"};

	reply.verb = PROTOCOL_STATUS;
	reply.standing_known = 1;
	for (; reply.standing_count < PROTOCOL_MAX_STANDING; reply.standing_count++)
		reply.standing[reply.standing_count] = standing;
	assert_true(takes_reply(&reply));
	reply.standing_known = 2;
	assert_false(takes_reply(&reply));
	reply.standing_known = 0;
	assert_false(takes_reply(&reply));
	reply.standing_known = 1;
	reply.standing[15].site[1] = '\n';
	assert_false(takes_reply(&reply));
	reply.standing[15] = standing;
	reply.standing[15].remedy[0] = '\0';
	assert_false(takes_reply(&reply));
	reply.standing_count = 15;
	assert_true(takes_reply(&reply));
	reply.verb = PROTOCOL_INSPECT;
	assert_false(takes_reply(&reply));
	reply.verb = PROTOCOL_STATUS;
	reply.standing_count = PROTOCOL_MAX_STANDING + 1;
	assert_false(takes_reply(&reply));
}

/* A reply ends behind its facts, neither before nor later, and is all that was sent. */
static void takes_whole_replies(unused_parameter void **state)
{
	static char packet[sizeof(struct protocol_reply) + 1];
	struct protocol_reply sent = good_reply(), read;
	size_t bytes = protocol_reply_bytes(&sent);

	memcpy(packet, &sent, sizeof(sent));
	for (size_t length = 0; length <= sizeof(packet); length++)
		assert_int_equal(protocol_read_reply(&read, packet, length),
		    length == bytes ? 0 : -EBADMSG);
	memset(&read, 'x', sizeof(read));
	assert_int_equal(protocol_read_reply(&read, packet, bytes), 0);
	assert_memory_equal(&read, &sent, sizeof(sent));
	memset(packet + offsetof(struct protocol_reply, facts), 'a', PROTOCOL_FACTS_BYTES + 1);
	assert_int_equal(protocol_read_reply(&read, packet, sizeof(sent)), -EBADMSG);
	assert_int_equal(protocol_read_reply(&read, packet, sizeof(packet)), -EBADMSG);
}

/* Only the answer to an unreadable packet has no verb. */
static void answers_without_verb(unused_parameter void **state)
{
	struct protocol_reply reply = good_reply();

	reply.verb = 0;
	assert_false(takes_reply(&reply));
	reply.result = PROTOCOL_REFUSED;
	reply.refusal = REFUSAL_MALFORMED;
	assert_true(takes_reply(&reply));
}

/* The messages that the fuzz target starts from are such, and not of an earlier layout. */
static void takes_what_fuzzing_starts_from(unused_parameter void **state)
{
	static const char *const names[] = {"request-apply", "request-approve", "request-status",
	    "request-reverted", "reply-inspect", "reply-many-facts", "reply-refused",
	    "reply-standing"};
	static char packet[sizeof(struct protocol_reply)];
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct protocol_reply reply;

	assert_non_null(source);
	for (size_t i = 0; i < count_of(names); i++) {
		bool is_reply = strncmp(names[i], "reply", strlen("reply")) == 0;
		char path[4096];
		FILE *file;
		size_t length;

		snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/protocol/%s", source, names[i]);
		file = fopen(path, "rb");
		assert_non_null(file);
		length = fread(packet, 1, sizeof(packet), file);
		fclose(file);
		if ((is_reply ? protocol_read_reply(&reply, packet, length)
			      : protocol_check_request(packet, length)) < 0)
			fail_msg("%s is no message", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(takes_good_requests),
	    cmocka_unit_test(refuses_other_forms),
	    cmocka_unit_test(knows_what_is_late),
	    cmocka_unit_test(refuses_bad_names),
	    cmocka_unit_test(wants_an_incident),
	    cmocka_unit_test(checks_replies),
	    cmocka_unit_test(makes_texts),
	    cmocka_unit_test(checks_what_stands),
	    cmocka_unit_test(takes_whole_replies),
	    cmocka_unit_test(takes_what_fuzzing_starts_from),
	    cmocka_unit_test(answers_without_verb),
	};

	return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
