#include "unit.h"

#include <errno.h>

#include "fleet/etcd.h"

#define HEADER "\"header\":{\"cluster_id\":\"7\",\"revision\":\"5\"}"
#define KV                                                                                         \
	"{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"3\","                     \
	"\"value\":\"Yg==\"}"
#define RANGE(kvs)                                                                                 \
	"{" HEADER ",\"responses\":[{\"response_put\":{}},{\"response_range\":{\"kvs\":[" kvs      \
	"]}}]}"

static void assert_printed(const struct etcd_request *request, const char *expected)
{
	struct buffer auto_buffer body;

	buffer_init(&body, ETCD_MAX_REQUEST_BYTES);
	assert_int_equal(etcd_request_print(request, &body), 0);
	assert_string_equal(buffer_text(&body), expected);
}

static void test_requests(unused_parameter void **state)
{
	/* Each question is asked as etcd's gateway understands it. */
	struct etcd_request request = {.verb = ETCD_GRANT, .ttl_s = 60};

	assert_string_equal(etcd_path(ETCD_GRANT), "/v3/lease/grant");
	assert_printed(&request, "{\"TTL\":\"60\"}");
	request = (struct etcd_request){.verb = ETCD_KEEP, .lease = INT64_MAX};
	assert_string_equal(etcd_path(ETCD_KEEP), "/v3/lease/keepalive");
	assert_printed(&request, "{\"ID\":\"9223372036854775807\"}");
	request = (struct etcd_request){
	    .verb = ETCD_AUTHENTICATE, .user = "a", .password = "b\"c"};
	assert_string_equal(etcd_path(ETCD_AUTHENTICATE), "/v3/auth/authenticate");
	assert_printed(&request, "{\"name\":\"a\",\"password\":\"b\\\"c\"}");
	request = (struct etcd_request){.verb = ETCD_VERBS};
	assert_int_equal(etcd_request_print(&request, &(struct buffer){0}), -EINVAL);
}

static void test_transaction(unused_parameter void **state)
{
	/* Compares, changes where they hold, and in any case a look at all below the prefix. */
	struct etcd_request request = {.verb = ETCD_TRANSACT,
	    .prefix = "/a/",
	    .compares = {{ETCD_CREATED, "/a/b", false, false, 0, ""},
		{ETCD_MODIFIED, "/a/", true, true, 6, ""},
		{ETCD_VALUE, "/a/c", false, false, 0, "v"}},
	    .compare_count = 3,
	    .changes = {{"/a/b", "w", 9}, {"/a/c", "", 9}},
	    .change_count = 2};

	assert_string_equal(etcd_path(ETCD_TRANSACT), "/v3/kv/txn");
	assert_printed(&request,
	    "{\"compare\":["
	    "{\"key\":\"L2EvYg==\",\"target\":\"CREATE\",\"result\":\"EQUAL\","
	    "\"create_revision\":\"0\"},"
	    "{\"key\":\"L2Ev\",\"range_end\":\"L2Ew\",\"target\":\"MOD\",\"result\":\"LESS\","
	    "\"mod_revision\":\"6\"},"
	    "{\"key\":\"L2EvYw==\",\"target\":\"VALUE\",\"result\":\"EQUAL\",\"value\":\"dg==\"}],"
	    "\"success\":["
	    "{\"request_put\":{\"key\":\"L2EvYg==\",\"value\":\"dw==\",\"lease\":\"9\"}},"
	    "{\"request_delete_range\":{\"key\":\"L2EvYw==\"}},"
	    "{\"request_range\":{\"key\":\"L2Ev\",\"range_end\":\"L2Ew\",\"limit\":\"1024\"}}],"
	    "\"failure\":["
	    "{\"request_range\":{\"key\":\"L2Ev\",\"range_end\":\"L2Ew\",\"limit\":\"1024\"}}]}");
}

static void test_answers(unused_parameter void **state)
{
	/* What there is is read; what is 0 is left out in the answer. */
	struct etcd_answer answer;

	assert_int_equal(etcd_answer_parse(&answer, ETCD_GRANT,
			     VIEW("{" HEADER ",\"ID\":\"8\",\"TTL\":\"60\"}")),
	    0);
	assert_int_equal(answer.cluster_id, 7);
	assert_int_equal(answer.lease, 8);
	assert_int_equal(answer.ttl_s, 60);
	assert_int_equal(etcd_answer_parse(&answer, ETCD_KEEP,
			     VIEW("{\"result\":{" HEADER ",\"ID\":\"8\"}}")),
	    0);
	assert_int_equal(answer.ttl_s, 0);
	assert_int_equal(etcd_answer_parse(&answer, ETCD_AUTHENTICATE,
			     VIEW("{" HEADER ",\"token\":\"abc.12\"}")),
	    0);
	assert_string_equal(answer.token, "abc.12");
	etcd_answer_done(&answer);
	assert_int_equal(etcd_answer_parse(&answer, ETCD_TRANSACT, VIEW(RANGE(KV "," KV))), 0);
	assert_false(answer.succeeded);
	assert_int_equal(answer.revision, 5);
	assert_int_equal(answer.pairs.count, 2);
	assert_true(view_equal_text(answer.pairs.items[1].key, "a"));
	assert_true(view_equal_text(answer.pairs.items[1].value, "b"));
	assert_int_equal(answer.pairs.items[1].create_revision, 2);
	assert_int_equal(answer.pairs.items[1].mod_revision, 3);
	assert_int_equal(answer.pairs.items[1].lease, 0);
	etcd_answer_done(&answer);
}

static void test_no_answers(unused_parameter void **state)
{
	/* What is no answer to the question is refused, each for its reason. */
	static const struct {
		enum etcd_verb verb;
		const char *body;
		int error;
	} cases[] = {
	    {ETCD_GRANT, "", -EBADMSG},
	    {ETCD_GRANT, "[]", -EBADMSG},
	    {ETCD_GRANT, "<html>", -EBADMSG},
	    {ETCD_GRANT, "{" HEADER ",\"TTL\":\"60\"}", -EBADMSG},
	    {ETCD_GRANT, "{" HEADER ",\"ID\":\"-8\",\"TTL\":\"60\"}", -EBADMSG},
	    {ETCD_GRANT, "{" HEADER ",\"ID\":8,\"TTL\":\"60\"}", -EBADMSG},
	    {ETCD_GRANT, "{" HEADER ",\"ID\":\"8\",\"TTL\":\"99999999999999999999\"}", -EBADMSG},
	    {ETCD_GRANT, "{\"ID\":\"8\",\"TTL\":\"60\"}", -EBADMSG},
	    {ETCD_GRANT, "{\"header\":{\"cluster_id\":\"7\"},\"ID\":\"8\"}", -EBADMSG},
	    {ETCD_KEEP, "{" HEADER ",\"ID\":\"8\",\"TTL\":\"60\"}", -EBADMSG},
	    {ETCD_AUTHENTICATE, "{" HEADER "}", -EBADMSG},
	    {ETCD_AUTHENTICATE, "{" HEADER ",\"token\":\"a\\r\\nX: y\"}", -EBADMSG},
	    {ETCD_TRANSACT, "{" HEADER ",\"succeeded\":true}", -EBADMSG},
	    {ETCD_TRANSACT, "{" HEADER ",\"responses\":[{\"response_put\":{}}]}", -EBADMSG},
	    {ETCD_TRANSACT,
		"{" HEADER ",\"responses\":[{\"response_range\":{\"more\":true,\"kvs\":[]}}]}",
		-EBADMSG},
	    {ETCD_TRANSACT, RANGE("{\"key\":\"YQ==\",\"value\":\"Yg==\"}"), -EBADMSG},
	    {ETCD_TRANSACT, RANGE("{\"key\":\"%\",\"value\":\"Yg==\"}"), -EBADMSG},
	    {ETCD_TRANSACT, RANGE("{\"value\":\"Yg==\"}"), -EBADMSG},
	    {ETCD_TRANSACT,
		RANGE("{\"key\":\"YQ==\",\"create_revision\":\"2\",\"mod_revision\":\"6\","
		      "\"value\":\"Yg==\"}"),
		-EBADMSG},
	    {ETCD_TRANSACT,
		RANGE("{\"key\":\"YQ==\",\"create_revision\":\"4\",\"mod_revision\":\"3\","
		      "\"value\":\"Yg==\"}"),
		-EBADMSG},
	    {ETCD_TRANSACT, "{\"error\":\"etcdserver: requested lease not found\",\"code\":5}",
		-ENOENT},
	    {ETCD_TRANSACT, "{\"error\":\"etcdserver: permission denied\",\"code\":7}", -EACCES},
	    {ETCD_GRANT, "{\"error\":\"etcdserver: mvcc: database space exceeded\",\"code\":8}",
		-ENOSPC},
	    {ETCD_TRANSACT, "{\"error\":\"etcdserver: invalid auth token\",\"code\":16}",
		-EACCES},
	    {ETCD_TRANSACT, "{\"error\":\"etcdserver: request timed out\",\"code\":14}",
		-EAGAIN},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		struct etcd_answer answer;
		int error = etcd_answer_parse(
		    &answer, cases[i].verb, view_of_text(cases[i].body));

		if (error != cases[i].error)
			fail_msg("%s: %d", cases[i].body, error);
	}
}

static void test_too_much(unused_parameter void **state)
{
	/* More than there is room for is refused: a body, a value, the number of keys. */
	struct buffer auto_buffer body;
	struct etcd_answer answer;

	buffer_init(&body, 4 * ETCD_MAX_ANSWER_BYTES);
	buffer_append_text(&body, "{" HEADER ",\"responses\":[{\"response_range\":{\"kvs\":[" KV);
	for (int i = 1; i < ETCD_MAX_PAIRS; i++)
		buffer_append_text(&body, "," KV);
	buffer_append_text(&body, "]}}]}");
	assert_int_equal(etcd_answer_parse(&answer, ETCD_TRANSACT, buffer_view(&body)), 0);
	etcd_answer_done(&answer);
	buffer_consume(&body, body.length);
	buffer_append_text(&body, "{" HEADER ",\"responses\":[{\"response_range\":{\"kvs\":[" KV);
	for (int i = 1; i <= ETCD_MAX_PAIRS; i++)
		buffer_append_text(&body, "," KV);
	buffer_append_text(&body, "]}}]}");
	assert_int_equal(
	    etcd_answer_parse(&answer, ETCD_TRANSACT, buffer_view(&body)), -EBADMSG);
	while (body.length <= ETCD_MAX_ANSWER_BYTES)
		buffer_append_byte(&body, ' ');
	assert_int_equal(
	    etcd_answer_parse(&answer, ETCD_TRANSACT, buffer_view(&body)), -EBADMSG);
	buffer_consume(&body, body.length);
	buffer_append_text(&body,
	    "{" HEADER ",\"responses\":[{\"response_range\":{\"kvs\":[{\"create_revision\":\"2\","
	    "\"mod_revision\":\"3\",\"key\":\"YQ==\",\"value\":\"");
	for (int i = 0; i < 4 * (ETCD_MAX_VALUE_BYTES / 3 + 1); i++)
		buffer_append_byte(&body, 'A');
	buffer_append_text(&body, "\"}]}}]}");
	assert_int_equal(
	    etcd_answer_parse(&answer, ETCD_TRANSACT, buffer_view(&body)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_requests),
	    cmocka_unit_test(test_transaction),
	    cmocka_unit_test(test_answers),
	    cmocka_unit_test(test_no_answers),
	    cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests_name("etcd", tests, NULL, NULL);
}
