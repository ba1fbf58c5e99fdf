/* What webhooks do not need of the client; the rest is shown by report/test_webhook_sender.c. */
#include "loop_fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loop/http_client.h"

#define MAX_BYTES 16

static struct http_client *client;
static struct http_client_exchange *exchange;
static int server, answers;
static char url[64], body[64];
static struct http_client_answer last;

static void on_answer(unused_parameter void *context, const struct http_client_answer *answer)
{
	exchange = NULL;
	answers++;
	last = *answer;
	snprintf(body, sizeof(body), "%.*s", VIEW_ARGUMENTS(answer->body));
}

static int open_client(void **state)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(server, 8), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&address, &length), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", ntohs(address.sin_port));
	answers = 0;
	if (open_loop(state) < 0)
		return -1;
	return http_client_new(&client, &loop, "authmedic/test");
}

static int close_client(void **state)
{
	http_client_close(&client);
	close(server);
	return close_loop(state);
}

static int send_to(const char *where)
{
	const struct http_client_request request = {.url = where,
	    .headers = {"Content-Type: text/plain", "Expect:"},
	    .body = VIEW("hello"),
	    .max_answer_bytes = MAX_BYTES,
	    .timeout_ms = 20000,
	    .on_answer = on_answer};

	return http_client_send(client, &request, &exchange);
}

/* Takes the connection, and answers once the request is there. */
static void answer_with(const char *response)
{
	char bytes[4096];
	ssize_t count = -1;
	int connection;

	while ((connection = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) < 0)
		uv_run(&loop, UV_RUN_NOWAIT);
	while (count <= 0) {
		uv_run(&loop, UV_RUN_NOWAIT);
		count = recv(connection, bytes, sizeof(bytes), 0);
	}
	assert_int_equal(
	    send(connection, response, strlen(response), MSG_NOSIGNAL), strlen(response));
	close(connection);
	while (answers == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
}

static void test_body(unused_parameter void **state)
{
	/* The body comes with its status, also of a failure: it says why. */
	assert_int_equal(send_to(url), 0);
	answer_with("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nlost");
	assert_int_equal(last.status, 404);
	assert_false(last.is_cut);
	assert_string_equal(body, "lost");
}

static void test_limit(unused_parameter void **state)
{
	/* What just fits is whole; of what does not the beginning is given, as cut. */
	assert_int_equal(send_to(url), 0);
	answer_with("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n0123456789abcdef");
	assert_false(last.is_cut);
	assert_string_equal(body, "0123456789abcdef");
	answers = 0;
	assert_int_equal(send_to(url), 0);
	answer_with("HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n0123456789abcdefg");
	assert_true(last.is_cut);
	assert_int_equal(last.status, 200);
	assert_string_equal(body, "0123456789abcdef");
}

static void test_cancel(unused_parameter void **state)
{
	/* No answer comes to a question that was given up, and another can be asked. */
	struct http_client_exchange *none = NULL;

	assert_int_equal(send_to(url), 0);
	http_client_cancel(&exchange);
	assert_null(exchange);
	http_client_cancel(&none);
	assert_int_equal(send_to(url), 0);
	answer_with("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	assert_int_equal(answers, 1);
}

static void test_too_many(unused_parameter void **state)
{
	/* One more than may be under way is refused. */
	for (int i = 0; i < HTTP_CLIENT_MAX_EXCHANGES; i++)
		assert_int_equal(send_to(url), 0);
	assert_int_equal(send_to(url), -ENOSPC);
}

static void test_no_certificate(unused_parameter void **state)
{
	/* Files that are not there are no reason to do without them. */
	const struct http_client_request request = {.url = "https://127.0.0.1:1/",
	    .max_answer_bytes = MAX_BYTES,
	    .timeout_ms = 20000,
	    .ca_file = "/nonexistent/ca.pem",
	    .certificate_file = "/nonexistent/certificate.pem",
	    .key_file = "/nonexistent/key.pem",
	    .on_answer = on_answer};

	assert_int_equal(http_client_send(client, &request, &exchange), 0);
	while (answers == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(last.status, 0);
}

static void test_pipe_for_certificates(unused_parameter void **state)
{
	/* A pipe in a certificate's place has nobody wait for its writer; nothing is said. */
	char path[512];
	char tls_url[80];
	const struct http_client_request request = {.url = tls_url,
	    .max_answer_bytes = MAX_BYTES,
	    .timeout_ms = 20000,
	    .ca_file = path,
	    .certificate_file = path,
	    .key_file = path,
	    .on_answer = on_answer};
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");

	snprintf(path, sizeof(path), "%s/client-pipe-%d", build != NULL ? build : ".", getpid());
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(tls_url, sizeof(tls_url), "https%s", strchr(url, ':'));
	alarm(20);
	assert_int_equal(http_client_send(client, &request, &exchange), 0);
	while (answers == 0)
		uv_run(&loop, UV_RUN_NOWAIT);
	alarm(0);
	assert_int_equal(last.status, 0);
	unlink(path);
}

#define client_test(function)                                                                      \
	cmocka_unit_test_setup_teardown(function, open_client, close_client)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    client_test(test_body),
	    client_test(test_limit),
	    client_test(test_cancel),
	    client_test(test_too_many),
	    client_test(test_no_certificate),
	    client_test(test_pipe_for_certificates),
	};

	return cmocka_run_group_tests_name("http_client", tests, NULL, NULL);
}
