#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

#include "allocation.h"
#include "loop/loop_fixture.h"

#include "report/webhook_sender.h"

#define SOON_MS            50
#define MAX_OUTCOMES       32
#define SECRET_TEXT        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define EXPECTED_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static struct webhook_sender *sender;
static struct {
	size_t target;
	struct webhook_outcome outcome;
} outcomes[MAX_OUTCOMES];
static size_t outcome_count;

/* The receiver: a socket that this test answers on by hand. */
static int receiver;
static char url[128];
static struct buffer received;

static const struct webhook_message example = {
    .id = {"msg_p5jXN8AQM9LWM0D4loKWxJek", 28},
    .body = {"{\"test\": 2432232314}", 20},
    .now_ms = INT64_C(1614265330999),
};

static void on_outcome(
    unused_parameter void *context, size_t target, const struct webhook_outcome *outcome)
{
	outcomes[outcome_count].target = target;
	outcomes[outcome_count].outcome = *outcome;
	outcome_count++;
}

static int listen_on_loopback(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/hook?a=b", ntohs(address.sin_port));
	return listener;
}

static void start(int64_t timeout_ms)
{
	struct webhook_options options = {
	    .on_outcome = on_outcome,
	    .user_agent = "authmedic/test",
	    .timeout_ms = timeout_ms,
	};

	assert_int_equal(webhook_sender_new(&sender, &loop, &options), 0);
}

static int add(const char *target_url)
{
	struct webhook_target target = {.url = target_url, .content_type = "application/json"};

	return webhook_sender_add(sender, &target);
}

static int open_sender(void **state)
{
	buffer_init(&received, 1024 * 1024);
	outcome_count = 0;
	receiver = listen_on_loopback();
	return open_loop(state);
}

static int close_sender(void **state)
{
	webhook_sender_close(&sender);
	close(receiver);
	buffer_done(&received);
	return close_loop(state);
}

static void turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
}

static const struct webhook_outcome *wait_for_outcome(void)
{
	size_t before = outcome_count;

	while (outcome_count == before)
		turn();
	return &outcomes[before].outcome;
}

static int accept_delivery(void)
{
	int client;

	while ((client = accept4(receiver, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
		turn();
	return client;
}

/* Reads a request until its body is there; that of the example is known. */
static int receive_delivery(void)
{
	int client = accept_delivery();
	char bytes[4096];

	buffer_clear(&received);
	while (!view_ends_with(buffer_view(&received), example.body)) {
		ssize_t count = recv(client, bytes, sizeof(bytes), 0);

		assert_true(count > 0 || (count < 0 && errno == EAGAIN));
		if (count > 0)
			buffer_append(&received, view_of(bytes, (size_t)count));
		turn();
	}
	return client;
}

static void answer(int client, const char *text)
{
	assert_int_equal(send(client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Delivers the example, answers it, and closes. */
static const struct webhook_outcome *deliver(const char *response)
{
	int client;

	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	client = receive_delivery();
	answer(client, response);
	close(client);
	return wait_for_outcome();
}

static void test_delivery(unused_parameter void **state)
{
	/* A message arrives with its body, its id and time, and a signature that a receiver of
	 * Standard Webhooks accepts. */
	static const char *const lines[] = {
	    "POST /hook?a=b HTTP/1.1\r\n",
	    "\r\nContent-Type: application/json\r\n",
	    "\r\nUser-Agent: authmedic/test\r\n",
	    "\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n",
	    "\r\nwebhook-timestamp: 1614265330\r\n",
	    "\r\nwebhook-signature: " EXPECTED_SIGNATURE "\r\n",
	    "\r\nContent-Length: 20\r\n",
	    "\r\n\r\n{\"test\": 2432232314}",
	};
	const struct webhook_outcome *outcome;
	struct signature_secret secret;
	struct webhook_target target = {
	    .url = url, .content_type = "application/json", .secret = &secret};

	start(0);
	assert_int_equal(signature_read_secret(VIEW(SECRET_TEXT), &secret), 0);
	assert_int_equal(webhook_sender_add(sender, &target), 0);
	signature_forget_secret(&secret);
	outcome = deliver("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	assert_int_equal(outcome->result, WEBHOOK_DELIVERED);
	assert_int_equal(outcome->status, 200);
	for (size_t i = 0; i < count_of(lines); i++)
		if (strstr(buffer_text(&received), lines[i]) == NULL)
			fail_msg("no %s in %s", lines[i], buffer_text(&received));
	assert_null(strstr(buffer_text(&received), "Expect"));
}

static void test_unsigned(unused_parameter void **state)
{
	/* Without a secret there is no signature. */
	start(0);
	assert_int_equal(add(url), 0);
	assert_int_equal(deliver("HTTP/1.1 204 No Content\r\n\r\n")->result, WEBHOOK_DELIVERED);
	assert_null(strstr(buffer_text(&received), "webhook-signature"));
}

static void test_statuses(unused_parameter void **state)
{
	/* Each status leads to the right result; a wish to wait is handed on. */
	static const struct {
		const char *response;
		enum webhook_result result;
		int status;
		int64_t retry_after_ms;
	} cases[] = {
	    {"HTTP/1.1 200 OK\r\n\r\n", WEBHOOK_DELIVERED, 200, -1},
	    {"HTTP/1.1 299 Odd\r\n\r\n", WEBHOOK_DELIVERED, 299, -1},
	    {"HTTP/1.1 301 Moved\r\n\r\n", WEBHOOK_RETRY, 301, -1},
	    {"HTTP/1.1 400 Bad\r\n\r\n", WEBHOOK_DEAD, 400, -1},
	    {"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\r\n", WEBHOOK_DEAD, 401, -1},
	    {"HTTP/1.1 404 Not Found\r\n\r\n", WEBHOOK_DEAD, 404, -1},
	    {"HTTP/1.1 408 Slow\r\n\r\n", WEBHOOK_RETRY, 408, -1},
	    {"HTTP/1.1 410 Gone\r\n\r\n", WEBHOOK_DEAD, 410, -1},
	    {"HTTP/1.1 429 Slow down\r\nRetry-After: 7\r\n\r\n", WEBHOOK_RETRY, 429, 7000},
	    {"HTTP/1.1 429 Slow down\r\nRetry-After: soon\r\n\r\n", WEBHOOK_RETRY, 429, -1},
	    {"HTTP/1.1 429 Slow down\r\nRetry-After: -7\r\n\r\n", WEBHOOK_RETRY, 429, -1},
	    {"HTTP/1.1 500 Oops\r\n\r\n", WEBHOOK_RETRY, 500, -1},
	    {"HTTP/1.1 503 Later\r\nRetry-After: 120\r\n\r\n", WEBHOOK_RETRY, 503, 120000},
	    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", WEBHOOK_DELIVERED, 200, -1},
	};

	start(0);
	assert_int_equal(add(url), 0);
	for (size_t i = 0; i < count_of(cases); i++) {
		const struct webhook_outcome *outcome = deliver(cases[i].response);

		assert_int_equal(outcome->result, cases[i].result);
		assert_int_equal(outcome->status, cases[i].status);
		assert_int_equal(outcome->retry_after_ms, cases[i].retry_after_ms);
	}
}

static void test_redirect(unused_parameter void **state)
{
	/* A redirect is not followed: nobody else gets the message. */
	char response[256];

	start(0);
	assert_int_equal(add(url), 0);
	snprintf(response, sizeof(response),
	    "HTTP/1.1 307 Elsewhere\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", url);
	assert_int_equal(deliver(response)->result, WEBHOOK_RETRY);
	for (int i = 0; i < 10; i++)
		turn();
	assert_int_equal(accept(receiver, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_no_answer(unused_parameter void **state)
{
	/* Silence until the deadline, an end without an answer, nonsense instead of HTTP and a
	 * refused connection all mean: try again. */
	static const char *const responses[] = {"", "HTTP/1.1", "SSH-2.0-OpenSSH_9.2\r\n"};
	const struct webhook_outcome *outcome;
	int client;

	start(SOON_MS);
	assert_int_equal(add(url), 0);
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	client = receive_delivery();
	outcome = wait_for_outcome();
	assert_int_equal(outcome->result, WEBHOOK_RETRY);
	assert_int_equal(outcome->status, 0);
	close(client);
	for (size_t i = 0; i < count_of(responses); i++)
		assert_int_equal(deliver(responses[i])->result, WEBHOOK_RETRY);
	close(receiver);
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	outcome = wait_for_outcome();
	assert_int_equal(outcome->result, WEBHOOK_RETRY);
	assert_int_equal(outcome->status, 0);
	assert_null(strstr(outcome->reason, "/hook"));
}

static void test_slow_body(unused_parameter void **state)
{
	/* Once a 2xx has come the message is delivered, though the body never ends. */
	int client;

	start(SOON_MS);
	assert_int_equal(add(url), 0);
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	client = receive_delivery();
	answer(client, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
	assert_int_equal(wait_for_outcome()->result, WEBHOOK_DELIVERED);
	close(client);
}

static void test_endless_body(unused_parameter void **state)
{
	/* An answer that goes on and on is cut, and its status stands. */
	static char piece[4096];
	size_t sent = 0;
	int client;

	start(0);
	assert_int_equal(add(url), 0);
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	client = receive_delivery();
	answer(client, "HTTP/1.1 500 Oops\r\nTransfer-Encoding: identity\r\n\r\n");
	while (outcome_count == 0) {
		ssize_t count = send(client, piece, sizeof(piece), MSG_NOSIGNAL);

		sent += count > 0 ? (size_t)count : 0;
		turn();
	}
	/* What is beyond the maximum waited in the sockets. */
	assert_in_range(sent, WEBHOOK_MAX_RESPONSE_BYTES + 1, 32 * 1024 * 1024);
	assert_int_equal(outcomes[0].outcome.result, WEBHOOK_RETRY);
	assert_int_equal(outcomes[0].outcome.status, 500);
	close(client);
}

static void test_one_at_a_time(unused_parameter void **state)
{
	/* A target gets one message at a time; another target does not wait for it. */
	int first;
	int second;

	start(0);
	assert_int_equal(add(url), 0);
	assert_int_equal(add(url), 0);
	assert_false(webhook_sender_is_busy(sender, 0));
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	assert_true(webhook_sender_is_busy(sender, 0));
	assert_int_equal(webhook_sender_send(sender, 0, &example), -EBUSY);
	first = receive_delivery();
	assert_int_equal(webhook_sender_send(sender, 1, &example), 0);
	second = receive_delivery();
	answer(second, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	wait_for_outcome();
	assert_int_equal(outcomes[0].target, 1);
	assert_true(webhook_sender_is_busy(sender, 0));
	assert_false(webhook_sender_is_busy(sender, 1));
	answer(first, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	wait_for_outcome();
	assert_int_equal(outcomes[1].target, 0);
	assert_false(webhook_sender_is_busy(sender, 0));
	close(first);
	close(second);
}

static void test_refused_messages(unused_parameter void **state)
{
	/* An id that could break the headers, an unknown target and one target too many. */
	static const struct view ids[] = {
	    VIEW(""), VIEW("a b"), VIEW("a\r\nX: y"), VIEW("a\0"), VIEW("\xc3\xa9")};
	struct webhook_message message = example;

	start(0);
	for (int i = 0; i < WEBHOOK_MAX_TARGETS; i++)
		assert_int_equal(add(url), 0);
	assert_int_equal(add(url), -ENOSPC);
	for (size_t i = 0; i < count_of(ids); i++) {
		message.id = ids[i];
		assert_int_equal(webhook_sender_send(sender, 0, &message), -EINVAL);
	}
	assert_int_equal(webhook_sender_send(sender, WEBHOOK_MAX_TARGETS, &example), -EINVAL);
	assert_false(webhook_sender_is_busy(sender, WEBHOOK_MAX_TARGETS));
}

static void test_protocols(unused_parameter void **state)
{
	/* Nothing but http and https is spoken, whatever stands in the configuration. */
	static const char *const urls[] = {
	    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/_x", "://", ""};

	start(0);
	for (size_t i = 0; i < count_of(urls); i++) {
		assert_int_equal(add(urls[i]), 0);
		assert_int_equal(webhook_sender_send(sender, i, &example), 0);
		assert_int_equal(wait_for_outcome()->result, WEBHOOK_DEAD);
	}
}

static void test_link_local(unused_parameter void **state)
{
	/* Addresses where clouds keep credentials are not contacted, however they are written. */
	static const char *const urls[] = {"http://169.254.169.254/latest/meta-data/",
	    "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://[fe80::1]/"};

	start(0);
	for (size_t i = 0; i < count_of(urls); i++) {
		assert_int_equal(add(urls[i]), 0);
		assert_int_equal(webhook_sender_send(sender, i, &example), 0);
		assert_int_equal(wait_for_outcome()->status, 0);
		assert_int_equal(outcomes[i].outcome.result, WEBHOOK_RETRY);
		assert_non_null(strstr(outcomes[i].outcome.reason, "connect"));
	}
}

static void test_environment(unused_parameter void **state)
{
	/* A proxy in the environment is not used. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	start(0);
	assert_int_equal(add(url), 0);
	assert_int_equal(deliver("HTTP/1.1 200 OK\r\n\r\n")->result, WEBHOOK_DELIVERED);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

static void test_close_under_way(unused_parameter void **state)
{
	/* A sender closes in the middle of a delivery; no outcome comes any more. */
	int client;

	start(0);
	assert_int_equal(add(url), 0);
	assert_int_equal(add("http://localhost:1/"), 0);
	assert_int_equal(webhook_sender_send(sender, 0, &example), 0);
	client = receive_delivery();
	assert_int_equal(webhook_sender_send(sender, 1, &example), 0);
	webhook_sender_close(&sender);
	assert_null(sender);
	answer(client, "HTTP/1.1 200 OK\r\n\r\n");
	for (int i = 0; i < 10; i++)
		turn();
	assert_int_equal(outcome_count, 0);
	close(client);
}

static void on_outcome_send_next(
    void *context, size_t target, const struct webhook_outcome *outcome)
{
	on_outcome(context, target, outcome);
	if (outcome_count < 3)
		assert_int_equal(webhook_sender_send(sender, target, &example), 0);
	else
		webhook_sender_close(&sender);
}

static void test_acting_in_the_callback(unused_parameter void **state)
{
	/* From within the callback the next message can be sent, and the sender closed. */
	struct webhook_options options = {
	    .on_outcome = on_outcome_send_next, .user_agent = "authmedic/test"};

	assert_int_equal(webhook_sender_new(&sender, &loop, &options), 0);
	assert_int_equal(add(url), 0);
	deliver("HTTP/1.1 200 OK\r\n\r\n");
	while (outcome_count < 3) {
		int client = receive_delivery();

		answer(client, "HTTP/1.1 200 OK\r\n\r\n");
		close(client);
		wait_for_outcome();
	}
	assert_null(sender);
}

static void test_no_memory(unused_parameter void **state)
{
	/* Wherever memory runs out, nothing is half made, and the target is free again. */
	struct webhook_options options = {.on_outcome = on_outcome, .user_agent = "authmedic/test"};
	struct signature_secret secret = {{1}, 32};
	struct webhook_target target = {
	    .url = url, .content_type = "application/json", .secret = &secret};
	int error = -ENOMEM;

	for (int count = 0; error < 0; count++) {
		allocation_fail_after(count);
		error = webhook_sender_new(&sender, &loop, &options);
		allocation_restore();
		assert_true(error == 0 || error == -ENOMEM);
	}
	error = -ENOMEM;
	for (int count = 0; error < 0; count++) {
		allocation_fail_after(count);
		error = webhook_sender_add(sender, &target);
		allocation_restore();
		assert_true(error == 0 || error == -ENOMEM);
	}
	error = -ENOMEM;
	for (int count = 0; error < 0; count++) {
		assert_false(webhook_sender_is_busy(sender, 0));
		allocation_fail_after(count);
		error = webhook_sender_send(sender, 0, &example);
		allocation_restore();
		assert_true(error == 0 || error == -ENOMEM);
	}
	assert_true(webhook_sender_is_busy(sender, 0));
}

static void test_result_names(unused_parameter void **state)
{
	/* The words that stand in metrics. */
	assert_string_equal(webhook_result_name(WEBHOOK_DELIVERED), "delivered");
	assert_string_equal(webhook_result_name(WEBHOOK_RETRY), "retry");
	assert_string_equal(webhook_result_name(WEBHOOK_DEAD), "dead");
}

#define sender_test(function) cmocka_unit_test_setup_teardown(function, open_sender, close_sender)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    sender_test(test_delivery),
	    sender_test(test_unsigned),
	    sender_test(test_statuses),
	    sender_test(test_redirect),
	    sender_test(test_no_answer),
	    sender_test(test_slow_body),
	    sender_test(test_endless_body),
	    sender_test(test_one_at_a_time),
	    sender_test(test_refused_messages),
	    sender_test(test_protocols),
	    sender_test(test_link_local),
	    sender_test(test_environment),
	    sender_test(test_close_under_way),
	    sender_test(test_acting_in_the_callback),
	    sender_test(test_no_memory),
	    cmocka_unit_test(test_result_names),
	};

	return cmocka_run_group_tests_name("report/webhook_sender", tests, NULL, NULL);
}
