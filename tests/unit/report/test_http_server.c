#include "report/http_server_fixture.h"

#include "allocation.h"

#define MAX_HEADER_BYTES 16384 /* as http_listener.h has it */
#define LARGE_BODY_BYTES (4 * 1024 * 1024)
#define NOTHING_LOADS                                                                              \
	"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
#define SOON_MS 50

static void on_plain(
    void *context, const struct http_request *request, struct http_response *response)
{
	buffer_append_format(&response->body, "%s %.*s [%.*s]\n", (const char *)context,
	    VIEW_ARGUMENTS(request->path), VIEW_ARGUMENTS(request->accept));
}

static void on_item(unused_parameter void *context, const struct http_request *request,
    struct http_response *response)
{
	response->status = 503;
	response->content_type = "application/json";
	response->policy = "default-src 'self'";
	buffer_append(&response->body, request->rest);
}

static void on_large(unused_parameter void *context,
    unused_parameter const struct http_request *request, struct http_response *response)
{
	for (size_t i = 0; i < LARGE_BODY_BYTES / 8; i++)
		buffer_append_text(&response->body, "01234567");
}

static void on_too_large(
    void *context, const struct http_request *request, struct http_response *response)
{
	for (int i = 0; i < 3; i++)
		on_large(context, request, response);
}

static void on_empty(unused_parameter void *context,
    unused_parameter const struct http_request *request,
    unused_parameter struct http_response *response)
{
}

static const struct http_route routes[] = {
    {"/", false, on_plain},
    {"/plain", false, on_plain},
    {"/items/", true, on_item},
    {"/large", false, on_large},
    {"/too-large", false, on_too_large},
    {"/empty", false, on_empty},
};

static char greeting[] = "hello";

static uint64_t cut_count(void)
{
	const struct http_server_totals totals = http_server_totals(server);

	return totals.cut[HTTP_CUT_SLOW] + totals.cut[HTTP_CUT_CLIENT_FULL] +
	       totals.cut[HTTP_CUT_ALL_FULL];
}

static void start(const char *address, int64_t timeout_ms)
{
	struct http_server_options options = {
	    .listen = &address,
	    .listen_count = 1,
	    .routes = routes,
	    .route_count = count_of(routes),
	    .context = greeting,
	    .timeout_ms = timeout_ms,
	};

	assert_int_equal(http_server_new(&server, &loop, &options, &errors), 0);
}

static const char *body_of(const char *response)
{
	const char *end = strstr(response, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static void test_get(unused_parameter void **state)
{
	/* A GET gets its route's answer, with headers that leave a browser nothing to guess or
	 * load. */
	static const char *const headers[] = {
	    "\r\nContent-Type: text/plain; charset=utf-8\r\n",
	    "\r\nContent-Security-Policy: " NOTHING_LOADS "\r\n",
	    "\r\nX-Content-Type-Options: nosniff\r\n",
	    "\r\nX-Frame-Options: DENY\r\n",
	    "\r\nReferrer-Policy: no-referrer\r\n",
	    "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
	    "\r\nCache-Control: no-store\r\n",
	};
	const char *response;

	start("127.0.0.1:0", 0);
	response = request("GET", "/plain");
	assert_status(response, 200);
	assert_string_equal(body_of(response), "hello /plain [a/b]\n");
	for (size_t i = 0; i < count_of(headers); i++)
		assert_non_null(strstr(response, headers[i]));
	assert_string_equal(body_of(request("GET", "/")), "hello / [a/b]\n");
	assert_string_equal(body_of(request("GET", "/plain?a=b")), "hello /plain [a/b]\n");
	assert_int_equal(http_server_totals(server).answered[2], 3);
}

static void test_handler_decides(unused_parameter void **state)
{
	/* Status, type and policy are the handler's to choose; an empty body is an answer too. */
	const char *response;

	start("127.0.0.1:0", 0);
	response = request("GET", "/items/a/b");
	assert_status(response, 503);
	assert_non_null(strstr(response, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(response, "\r\nContent-Security-Policy: default-src 'self'\r\n"));
	assert_string_equal(body_of(response), "a/b");
	response = request("GET", "/empty");
	assert_status(response, 200);
	assert_non_null(strstr(response, "\r\nContent-Length: 0\r\n"));
}

static void test_head(unused_parameter void **state)
{
	/* HEAD tells the length of the body and leaves it away. */
	const char *response;

	start("127.0.0.1:0", 0);
	response = request("HEAD", "/plain");
	assert_status(response, 200);
	assert_non_null(strstr(response, "\r\nContent-Length: 19\r\n"));
	assert_string_equal(body_of(response), "");
}

static void test_other_methods(unused_parameter void **state)
{
	/* Nothing but GET and HEAD is answered, whatever the path, and no body is read. */
	static const char *const methods[] = {
	    "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "get", "BREW"};
	const char *response;

	start("127.0.0.1:0", 0);
	for (size_t i = 0; i < count_of(methods); i++) {
		response = request(methods[i], "/plain");
		assert_status(response, 405);
		assert_non_null(strstr(response, "\r\nAllow: GET, HEAD\r\n"));
	}
	response = exchange(VIEW("POST /" VERSION "Content-Length: 999999\r\n\r\nx"));
	assert_status(response, 405);
}

static void test_bodies(unused_parameter void **state)
{
	/* A GET that brings a body is refused without reading it, so that none can be smuggled. */
	start("127.0.0.1:0", 0);
	assert_status(
	    exchange(VIEW("GET /" VERSION "Content-Length: 5\r\n\r\nGET /")), 413);
	assert_status(
	    exchange(VIEW("GET /" VERSION "Transfer-Encoding: chunked\r\n\r\n")), 413);
	/* What the library overlooks would be taken for the next request. */
	assert_status(exchange(VIEW("GET /" VERSION "Content-Length: 0\r\nContent-Length: "
				    "5\r\n\r\nGET /")),
	    413);
	assert_status(
	    exchange(VIEW("GET /" VERSION "Content-Length : 5\r\n\r\nGET /")), 413);
	assert_status(
	    exchange(VIEW("GET /" VERSION "Transfer-Encoding\t: chunked\r\n\r\n")), 413);
	assert_status(exchange(VIEW("GET /" VERSION "Content-Length: 0\r\n"
				    "Connection: close\r\n\r\n")),
	    200);
}

static void test_unknown_paths(unused_parameter void **state)
{
	/* Only what stands in the table is found; paths are compared as they were sent. */
	static const char *const paths[] = {"/plain/", "/plain/..", "/../etc/passwd", "/nowhere",
	    "//plain", "/PLAIN", "/pl%61in", "/plain%00", "/%2e%2e/plain", "/items", "/items/",
	    "/..%2f..%2fetc%2fpasswd", "*", "/\\..\\"};

	start("127.0.0.1:0", 0);
	for (size_t i = 0; i < count_of(paths); i++)
		assert_status(request("GET", paths[i]), 404);
	assert_string_equal(body_of(request("GET", "/items/../../etc/passwd")), "../../etc/passwd");
	assert_string_equal(body_of(request("GET", "/items/%2e%00")), "%2e%00");
}

static void test_malformed_requests(unused_parameter void **state)
{
	/* What is no HTTP gets an error or the end of the connection, and the next client an
	 * answer. */
	static const struct view requests[] = {
	    VIEW("\r\n\r\n\r\n\r\n"),
	    VIEW("GET\r\n\r\n"),
	    VIEW("GET / HTTP/1.1\r\n\r\n"),
	    VIEW("GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"),
	    VIEW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
	    VIEW("GET /" VERSION "no colon\r\n\r\n"),
	    VIEW("GET /" VERSION "Content-Length: -5\r\n\r\n"),
	    VIEW("GET /" VERSION "Content-Length: 99999999999999999999\r\n\r\n"),
	    VIEW("G\0T /" VERSION "\r\n"),
	};

	start("127.0.0.1:0", SOON_MS);
	for (size_t i = 0; i < count_of(requests); i++) {
		const char *response = exchange(requests[i]);

		if (response[0] != '\0' && strncmp(response, "HTTP/1.1 4", 10) != 0 &&
		    strncmp(response, "HTTP/1.1 5", 10) != 0)
			fail_msg("request %zu got: %.200s", i, response);
	}
	assert_status(request("GET", "/plain"), 200);
}

static void test_oversized(unused_parameter void **state)
{
	/* Headers and paths beyond their limits are refused, and the connection ends. */
	char path[HTTP_MAX_PATH_BYTES + 2];
	char *auto_free header = calloc(1, 4 * MAX_HEADER_BYTES);
	const char *response;
	int length;

	start("127.0.0.1:0", 0);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_status(request("GET", path), 414);
	path[sizeof(path) - 2] = '\0';
	assert_status(request("GET", path), 404);
	length = snprintf(header, 64, "GET /" VERSION "Accept: ");
	memset(header + length, 'x', 2 * MAX_HEADER_BYTES);
	memcpy(header + length + 2 * MAX_HEADER_BYTES, "\r\n\r\n", 5);
	response = exchange(view_of_text(header));
	assert_true(response[0] == '\0' || strncmp(response, "HTTP/1.1 4", 10) == 0);
	assert_null(strstr(response, "hello"));
}

static void test_byte_by_byte(unused_parameter void **state)
{
	/* A request that arrives in the smallest pieces is the same request. */
	static const char text[] = "GET /plain" VERSION "Connection: close\r\n\r\n";
	int client;

	start("127.0.0.1:0", 0);
	client = connect_client();
	for (const char *byte = text; *byte != '\0'; byte++) {
		send_bytes(client, view_of(byte, 1));
		turn();
	}
	read_to_end(client);
	close(client);
	assert_status(buffer_text(&answer), 200);
}

static void test_pipelining(unused_parameter void **state)
{
	/* Requests sent at once on one connection are all answered, in order. */
	const char *response;
	const char *second;

	start("127.0.0.1:0", 0);
	response = exchange(VIEW("GET /items/1" VERSION "\r\n"
				 "HEAD /items/2" VERSION "\r\n"
				 "GET /items/3" VERSION "Connection: close\r\n\r\n"));
	assert_status(response, 503);
	second = body_of(response);
	assert_int_equal(second[0], '1');
	assert_status(second + 1, 503);
	second = body_of(second);
	assert_status(second, 503);
	assert_string_equal(body_of(second), "3");
}

static void read_until(int client, const char *text)
{
	while (strstr(buffer_text(&answer), text) == NULL) {
		assert_true(take_bytes(client));
		if (strstr(buffer_text(&answer), text) == NULL)
			turn();
	}
}

static void test_kept_connection(unused_parameter void **state)
{
	/* A connection serves one request after the other, each with the full time. */
	int client;

	start("127.0.0.1:0", 0);
	client = connect_client();
	for (int i = 0; i < 3; i++) {
		buffer_clear(&answer);
		send_bytes(client, VIEW("GET /items/end" VERSION "\r\n"));
		read_until(client, "\r\n\r\nend");
	}
	close(client);
}

static void test_silent_client(unused_parameter void **state)
{
	/* Who connects and says nothing is cut, and so is who stops in mid-request. */
	start("127.0.0.1:0", SOON_MS);
	assert_string_equal(exchange(VIEW("")), "");
	assert_string_equal(exchange(VIEW("GET / HTTP/1.1\r\nHost: ")), "");
	assert_int_equal(cut_count(), 2);
}

static void test_dripping_client(unused_parameter void **state)
{
	/* Sending a byte now and then does not buy time: the whole request must be through. */
	int client;

	start("127.0.0.1:0", SOON_MS);
	client = connect_client();
	send_bytes(client, VIEW("GET /" VERSION ""));
	send_bytes(client, VIEW("Accept: "));
	for (int sent = 0; take_bytes(client); sent++) {
		if (sent < 1000)
			send(client, "x", 1, MSG_NOSIGNAL);
		turn();
	}
	close(client);
	assert_string_equal(buffer_text(&answer), "");
	assert_int_equal(cut_count(), 1);
}

static void test_slow_reader(unused_parameter void **state)
{
	/* Who asks for much and does not take it is cut. */
	int small_bytes = 4096;
	int client;

	start("127.0.0.1:0", SOON_MS);
	client = connect_client();
	setsockopt(client, SOL_SOCKET, SO_RCVBUF, &small_bytes, sizeof(small_bytes));
	send_bytes(client, VIEW("GET /large" VERSION "\r\n"));
	while (cut_count() == 0)
		turn();
	read_to_end(client);
	assert_true(answer.length < LARGE_BODY_BYTES);
	close(client);
}

static void test_large_answer(unused_parameter void **state)
{
	/* A large answer arrives whole; one beyond the maximum is an error, not half of it. */
	start("127.0.0.1:0", 0);
	assert_int_equal(strlen(body_of(request("GET", "/large"))), LARGE_BODY_BYTES);
	assert_status(request("GET", "/too-large"), 500);
}

static void test_crowd(unused_parameter void **state)
{
	/* However many connections wait in silence, a client that asks is answered, and the silent
	 * ones are cut. */
	int clients[4 * HTTP_CROWD_MEMBERS];

	start("127.0.0.1:0", 0);
	for (size_t i = 0; i < count_of(clients); i++) {
		clients[i] = connect_client();
		send_bytes(clients[i], VIEW("GET / HT"));
		turn();
	}
	assert_status(request("GET", "/plain"), 200);
	assert_in_range(cut_count(),
	    count_of(clients) - HTTP_CROWD_OF_CLIENT, count_of(clients));
	for (size_t i = 0; i < count_of(clients); i++)
		close(clients[i]);
}

static void test_close_with_clients(unused_parameter void **state)
{
	/* The server closes in the middle of everything, and each client sees the end. */
	int idle;
	int large;

	start("127.0.0.1:0", 0);
	idle = connect_client();
	large = connect_client();
	send_bytes(large, VIEW("GET /large" VERSION "\r\n"));
	for (int i = 0; i < 10; i++)
		turn();
	http_server_close(&server);
	assert_null(server);
	read_to_end(idle);
	assert_int_equal(answer.length, 0);
	read_to_end(large);
	assert_true(answer.length < LARGE_BODY_BYTES);
	close(idle);
	close(large);
}

static void test_errors_at_start(unused_parameter void **state)
{
	/* A bad address and a taken port are told, and nothing is left behind. */
	struct http_server *second = NULL;
	char address[32] = "nowhere:1";
	const char *listen = address;
	struct http_server_options options = {.listen = &listen, .listen_count = 1};

	assert_int_equal(http_server_new(&second, &loop, &options, &errors), -EINVAL);
	start("127.0.0.1:0", 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", http_server_port(server));
	assert_int_equal(http_server_new(&second, &loop, &options, &errors), -EADDRINUSE);
	assert_null(second);
	http_server_close(&second);
}

static void test_no_memory(unused_parameter void **state)
{
	/* Without memory the server does not start, a connection is cut, and an answer becomes the
	 * end of its connection; with memory again all is well. */
	const char *listen = "127.0.0.1:0";
	struct http_server_options options = {.listen = &listen, .listen_count = 1};
	int client;

	allocation_fail_after(0);
	assert_int_equal(http_server_new(&server, &loop, &options, &errors), -ENOMEM);
	allocation_restore();
	start("127.0.0.1:0", 0);
	for (int count = 0; count < 2; count++) {
		client = connect_client();
		send_bytes(client, VIEW("GET /plain" VERSION "\r\n"));
		allocation_fail_after(count);
		while (take_bytes(client))
			turn();
		allocation_restore();
		close(client);
		assert_null(strstr(buffer_text(&answer), "hello"));
	}
	assert_status(request("GET", "/plain"), 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    server_test(test_get),
	    server_test(test_handler_decides),
	    server_test(test_head),
	    server_test(test_other_methods),
	    server_test(test_bodies),
	    server_test(test_unknown_paths),
	    server_test(test_malformed_requests),
	    server_test(test_oversized),
	    server_test(test_byte_by_byte),
	    server_test(test_pipelining),
	    server_test(test_kept_connection),
	    server_test(test_silent_client),
	    server_test(test_dripping_client),
	    server_test(test_slow_reader),
	    server_test(test_large_answer),
	    server_test(test_crowd),
	    server_test(test_close_with_clients),
	    server_test(test_errors_at_start),
	    server_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("report/http_server", tests, NULL, NULL);
}
