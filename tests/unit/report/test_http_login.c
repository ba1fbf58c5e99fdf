#include "unit.h"

#include "base/base64.h"
#include "report/http_files_fixture.h"
#include "loop/loop_fixture.h"

#include "report/http_failures.h"
#include "report/http_login.h"

#define NOW_MS 1000

static struct http_users *users;
static struct http_login *login;
static enum http_verdict told[64]; /* by the asker's number */
static int told_count;

static void on_verdict(void *asker, enum http_verdict verdict)
{
	*(enum http_verdict *)asker = verdict;
	told_count++;
}

static int set_up(void **state)
{
	struct buffer auto_buffer errors;
	const struct http_login_options options = {.loop = &loop, .on_verdict = on_verdict};
	struct http_login_options with_users = options;

	buffer_init(&errors, 4096);
	if (open_loop(state) != 0 || make_folder() != 0)
		return -1;
	write_file(users_path, ALICE "\n" BOB "\n", 0600);
	if (http_users_load(&users, users_path, &errors) < 0)
		return -1;
	with_users.users = users;
	told_count = 0;
	for (size_t i = 0; i < count_of(told); i++)
		told[i] = HTTP_VERDICT_LATER;
	return http_login_new(&login, &with_users);
}

static int tear_down(void **state)
{
	int error = remove_folder();

	http_login_close(&login);
	http_users_free(&users);
	return close_loop(state) != 0 ? -1 : error;
}

static enum http_verdict ask(size_t asker, uint8_t client, const char *pair)
{
	struct buffer auto_buffer header;
	struct http_login_request request = {
	    .client = {HTTP_CLIENT_IPV4, {10, 0, 0, client}}, .asker = &told[asker]};

	buffer_init(&header, 4096);
	buffer_append_text(&header, "Basic ");
	base64_append(&header, view_of_text(pair));
	request.authorization = buffer_view(&header);
	return http_login_check(login, &request, NOW_MS);
}

/* Asks and waits for the verdict. */
static enum http_verdict verdict_on(uint8_t client, const char *pair)
{
	enum http_verdict verdict = ask(0, client, pair);

	if (verdict != HTTP_VERDICT_LATER)
		return verdict;
	uv_run(&loop, UV_RUN_DEFAULT);
	return told[0];
}

static uint64_t checks(void)
{
	const struct http_login_totals totals = http_login_totals(login);

	return totals.checks;
}

static void test_verdicts(unused_parameter void **state)
{
	/* Names with their passwords are taken, and nothing else; bcrypt is asked for those whose
	 * name is unknown, too. */
	assert_int_equal(verdict_on(1, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
	assert_int_equal(verdict_on(1, "bob:builder"), HTTP_VERDICT_ACCEPTED);
	assert_int_equal(checks(), 2);
	assert_int_equal(verdict_on(1, "alice:builder"), HTTP_VERDICT_REJECTED);
	assert_int_equal(verdict_on(1, "alice:"), HTTP_VERDICT_REJECTED);
	assert_int_equal(checks(), 4);
	assert_int_equal(verdict_on(1, "mallory:wonderland"), HTTP_VERDICT_REJECTED);
	assert_int_equal(verdict_on(1, "mallory:builder"), HTTP_VERDICT_REJECTED);
	assert_int_equal(checks(), 6);
}

static void test_nothing_sent(unused_parameter void **state)
{
	/* A request without a password is asked for one, however often: a browser's first. */
	const struct http_login_request request = {.client = {HTTP_CLIENT_IPV4, {10}}};

	for (int i = 0; i < 3 * HTTP_FAILURES_AT_ONCE; i++)
		assert_int_equal(
		    http_login_check(login, &request, NOW_MS), HTTP_VERDICT_REJECTED);
	assert_int_equal(checks(), 0);
}

static void test_remembered(unused_parameter void **state)
{
	/* What was found good needs no further check, for any client; what was not, does. */
	assert_int_equal(verdict_on(1, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(ask(1, i, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
	assert_int_equal(checks(), 1);
	assert_int_equal(verdict_on(1, "alice:wonderlanx"), HTTP_VERDICT_REJECTED);
	assert_int_equal(verdict_on(1, "alice:wonderlanx"), HTTP_VERDICT_REJECTED);
	assert_int_equal(checks(), 3);
}

static void test_same_at_once(unused_parameter void **state)
{
	/* Several that send the same at once cost one check. */
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ask(i, 1, "alice:wonderland"), HTTP_VERDICT_LATER);
	uv_run(&loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(told[i], HTTP_VERDICT_ACCEPTED);
	assert_int_equal(checks(), 1);
}

static void test_limited(unused_parameter void **state)
{
	/* Who sent too many wrong ones is not looked at any more, not even with what is known to be
	 * good; others are. */
	assert_int_equal(verdict_on(1, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++)
		assert_int_equal(verdict_on(1, "alice:guess"), HTTP_VERDICT_REJECTED);
	assert_int_equal(ask(1, 1, "alice:guess"), HTTP_VERDICT_LIMITED);
	assert_int_equal(ask(1, 1, "alice:wonderland"), HTTP_VERDICT_LIMITED);
	assert_int_equal(ask(1, 2, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
	assert_int_equal(checks(), HTTP_FAILURES_AT_ONCE + 1);
	const struct http_login_totals totals = http_login_totals(login);
	assert_int_equal(totals.verdicts[HTTP_VERDICT_LIMITED], 2);
	assert_int_equal(totals.verdicts[HTTP_VERDICT_REJECTED], HTTP_FAILURES_AT_ONCE);
}

static void test_malformed_counts(unused_parameter void **state)
{
	/* What is no password at all counts as a wrong one, and costs no check. */
	const struct http_login_request request = {
	    .authorization = VIEW("Bearer x"), .client = {HTTP_CLIENT_IPV4, {10, 0, 0, 1}}};

	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++)
		assert_int_equal(
		    http_login_check(login, &request, NOW_MS), HTTP_VERDICT_REJECTED);
	assert_int_equal(http_login_check(login, &request, NOW_MS), HTTP_VERDICT_LIMITED);
	assert_int_equal(checks(), 0);
}

static void test_busy(unused_parameter void **state)
{
	/* So many wait and no more; a client that sends them all at once gets no further than with
	 * one after the other. */
	size_t waiting = 0;
	enum http_verdict last = HTTP_VERDICT_LATER;

	for (size_t i = 0; i < HTTP_FAILURES_AT_ONCE; i++)
		waiting += ask(i, 1, "alice:guess") == HTTP_VERDICT_LATER;
	assert_int_equal(waiting, HTTP_FAILURES_AT_ONCE);
	assert_int_equal(ask(63, 1, "alice:guess"), HTTP_VERDICT_LIMITED);
	for (; waiting < HTTP_LOGIN_WAITING; waiting++)
		assert_int_equal(ask(waiting, 2, "bob:guess"), HTTP_VERDICT_LATER);
	last = ask(62, 3, "alice:wonderland");
	assert_int_equal(last, HTTP_VERDICT_BUSY);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(told_count, HTTP_LOGIN_WAITING);
	assert_int_equal(verdict_on(3, "alice:wonderland"), HTTP_VERDICT_ACCEPTED);
}

static void test_closed(unused_parameter void **state)
{
	/* Closed while checks run and wait: no verdict comes, and nothing is left behind. */
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ask(i, 1, "alice:guess"), HTTP_VERDICT_LATER);
	http_login_close(&login);
	assert_null(login);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(told_count, 0);
}

#define login_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    login_test(test_verdicts),
	    login_test(test_nothing_sent),
	    login_test(test_remembered),
	    login_test(test_same_at_once),
	    login_test(test_limited),
	    login_test(test_malformed_counts),
	    login_test(test_busy),
	    login_test(test_closed),
	};

	return cmocka_run_group_tests_name("report/http_login", tests, NULL, NULL);
}
