/* Who is answered at all: by which name, over which socket, with which password. */
#include <sys/un.h>

#include "report/http_files_fixture.h"
#include "report/http_server_fixture.h"

#include "base/base64.h"
#include "report/http_failures.h"

static struct http_users *users;
static char socket_address[160];

static void on_hello(unused_parameter void *context,
    unused_parameter const struct http_request *request, struct http_response *response)
{
	buffer_append_text(&response->body, "hello\n");
}

static const struct http_route routes[] = {{"/", false, on_hello}};

static void start(const char *const *listen, size_t listen_count)
{
	static const char *const names[] = {"authmedic.example.com"};
	struct http_server_options options = {
	    .listen = listen,
	    .listen_count = listen_count,
	    .socket_mode = 0600,
	    .names = {names, 1},
	    .users = users,
	    .routes = routes,
	    .route_count = count_of(routes),
	};

	assert_int_equal(http_server_new(&server, &loop, &options, &errors), 0);
}

static void start_on_loopback(void)
{
	static const char *const address = "127.0.0.1:0";

	start(&address, 1);
}

static int set_up(void **state)
{
	if (make_folder() < 0)
		return -1;
	snprintf(socket_address, sizeof(socket_address), "unix:%s/http.sock", folder);
	return open_server(state);
}

static int tear_down(void **state)
{
	int error = close_server(state);

	http_users_free(&users);
	return remove_folder() < 0 ? -1 : error;
}

static void load_users(void)
{
	write_file(users_path, ALICE "\n", 0600);
	assert_int_equal(http_users_load(&users, users_path, &errors), 0);
}

static int status_of(const char *headers)
{
	char text[512];
	int64_t status = 0;
	const char *response;

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nConnection: close\r\n%s\r\n", headers);
	response = exchange(view_of_text(text));
	assert_true(strlen(response) > strlen("HTTP/1.1 200"));
	assert_int_equal(view_to_int64(view_of(response + strlen("HTTP/1.1 "), 3), &status), 0);
	return (int)status;
}

static const char *authorization(const char *pair)
{
	static char header[256];
	struct buffer auto_buffer text;

	buffer_init(&text, 256);
	base64_append(&text, view_of_text(pair));
	snprintf(header, sizeof(header), "Host: localhost\r\nAuthorization: Basic %s\r\n",
	    buffer_text(&text));
	return header;
}

static void test_host(unused_parameter void **state)
{
	/* Another name than ours gets a refusal that says what to do, with or without a port. */
	start_on_loopback();
	assert_int_equal(status_of("Host: localhost\r\n"), 200);
	assert_int_equal(status_of("Host: 127.0.0.1:19401\r\n"), 200);
	assert_int_equal(status_of("host: AUTHMEDIC.example.com\r\n"), 200);
	assert_int_equal(status_of("Host: evil.example:19401\r\n"), 421);
	assert_non_null(strstr(buffer_text(&answer), "see http.names in authmedic.yml(5)"));
	assert_non_null(strstr(buffer_text(&answer), "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_int_equal(status_of("Host:\r\n"), 421);
	assert_int_equal(http_server_totals(server).refused[HTTP_REFUSAL_HOST], 2);
}

static void test_several_hosts(unused_parameter void **state)
{
	/* Who sends two is refused, whichever is ours and in whatever spelling, and counted. */
	static const char *const headers[] = {"Host: localhost\r\nHost: evil.example\r\n",
	    "Host: evil.example\r\nHost: localhost\r\n",
	    "Host: localhost\r\nAccept: a\r\nhOST: localhost\r\n", "Host:\r\nHost:\r\n",
	    "Host: localhost\r\nHost: localhost\r\nHost: localhost\r\n"};

	start_on_loopback();
	for (size_t i = 0; i < count_of(headers); i++)
		assert_int_equal(status_of(headers[i]), 400);
	assert_non_null(strstr(buffer_text(&answer), "one Host header is wanted"));
	assert_int_equal(
	    http_server_totals(server).refused[HTTP_REFUSAL_HOSTS], count_of(headers));
	assert_int_equal(http_server_totals(server).refused[HTTP_REFUSAL_HOST], 0);
}

static void test_no_host(unused_parameter void **state)
{
	/* A load balancer's health check speaks HTTP/1.0 and names nobody; HTTP/1.1 must. */
	start_on_loopback();
	assert_status(exchange(VIEW("GET / HTTP/1.0\r\n\r\n")), 200);
	assert_int_equal(status_of(""), 400);
}

static void test_password(unused_parameter void **state)
{
	/* Without a password, or with a wrong one, nothing is told, whatever the path or method. */
	load_users();
	start_on_loopback();
	assert_int_equal(status_of("Host: localhost\r\n"), 401);
	assert_non_null(strstr(buffer_text(&answer),
	    "\r\nWWW-Authenticate: Basic realm=\"authmedic\", charset=\"UTF-8\"\r\n"));
	assert_null(strstr(buffer_text(&answer), "hello"));
	assert_int_equal(status_of(authorization("alice:wrong")), 401);
	assert_null(strstr(buffer_text(&answer), "hello"));
	assert_int_equal(status_of(authorization("alice:wonderland")), 200);
	assert_non_null(strstr(buffer_text(&answer), "hello"));
	assert_int_equal(status_of(authorization("alice:wonderland")), 200);
	assert_status(request("GET", "/nowhere"), 401);
	assert_int_equal(http_server_totals(server).login.checks, 2);
	assert_int_equal(http_server_totals(server).refused[HTTP_REFUSAL_PASSWORD], 3);
}

static void test_each_request(unused_parameter void **state)
{
	/* A kept connection is asked again with each request, also with those sent at once. */
	const char *good;
	struct buffer auto_buffer text;

	load_users();
	start_on_loopback();
	good = authorization("alice:wonderland");
	buffer_init(&text, 4096);
	buffer_append_format(&text,
	    "GET / HTTP/1.1\r\n%s\r\nGET / HTTP/1.1\r\n%s\r\nGET /" VERSION "\r\n", good, good);
	exchange(buffer_view(&text));
	assert_int_equal(http_server_totals(server).answered[2], 2);
	assert_int_equal(http_server_totals(server).answered[4], 1);
}

static void test_limited(unused_parameter void **state)
{
	/* Too many wrong ones are told so, with when to come again. */
	load_users();
	start_on_loopback();
	for (int i = 0; i < HTTP_FAILURES_AT_ONCE; i++)
		assert_int_equal(status_of(authorization("alice:wrong")), 401);
	assert_int_equal(status_of(authorization("alice:wonderland")), 429);
	assert_non_null(strstr(buffer_text(&answer), "\r\nRetry-After: 60\r\n"));
	assert_int_equal(status_of("Host: localhost\r\n"), 401);
	assert_int_equal(http_server_totals(server).refused[HTTP_REFUSAL_LIMITED], 1);
}

static void test_loop_goes_on(unused_parameter void **state)
{
	/* While a password is checked others are served: a check of a second does not stop them. */
	static const char hash[] =
	    "alice:$2y$14$1lqGF4q7.7DLWPTePibLau83vFD4SCvUe2636gYqEnZfGK9am5kGy";
	char text[512];
	int waiting;

	write_file(users_path, hash, 0600);
	assert_int_equal(http_users_load(&users, users_path, &errors), 0);
	start_on_loopback();
	waiting = connect_client();
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nConnection: close\r\n%s\r\n",
	    authorization("alice:wrong"));
	send_bytes(waiting, view_of_text(text));
	while (http_server_totals(server).login.checks == 0)
		turn();
	assert_int_equal(status_of("Host: localhost\r\n"), 401);
	assert_int_equal(http_server_totals(server).refused[HTTP_REFUSAL_PASSWORD], 1);
	buffer_clear(&answer);
	read_to_end(waiting);
	assert_status(buffer_text(&answer), 401);
	close(waiting);
}

static void test_closed_while_checking(unused_parameter void **state)
{
	/* The server closes with checks under way, and the clients see the end. */
	char text[512];
	int clients[HTTP_FAILURES_AT_ONCE];

	load_users();
	start_on_loopback();
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", authorization("alice:wrong"));
	for (size_t i = 0; i < count_of(clients); i++) {
		clients[i] = connect_client();
		send_bytes(clients[i], view_of_text(text));
	}
	while (http_server_totals(server).login.checks == 0)
		turn();
	http_server_close(&server);
	for (size_t i = 0; i < count_of(clients); i++) {
		read_to_end(clients[i]);
		close(clients[i]);
	}
}

static void test_client_gone_while_checking(unused_parameter void **state)
{
	/* A client that goes while its password is checked leaves nothing behind. */
	char text[512];
	int client;

	load_users();
	start_on_loopback();
	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", authorization("alice:wrong"));
	client = connect_client();
	send_bytes(client, view_of_text(text));
	while (http_server_totals(server).login.checks == 0)
		turn();
	close(client);
	while (http_server_totals(server).open_connections > 0)
		turn();
	assert_int_equal(status_of(authorization("alice:wonderland")), 200);
}

static int connect_to_path(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/http.sock", folder);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	return client;
}

/* The status that who connects by the file system gets. */
static void assert_local_status(struct view request, int expected)
{
	int client = connect_to_path();

	buffer_clear(&answer);
	send_bytes(client, request);
	read_to_end(client);
	close(client);
	assert_status(buffer_text(&answer), expected);
}

static void test_several_sockets(unused_parameter void **state)
{
	/* One server on several sockets; that in the file system wants neither a password nor a
	 * name, since its permissions say who may connect; but two names are nobody's. */
	const char *const listen[] = {"127.0.0.1:0", socket_address, "[::1]:0"};

	load_users();
	start(listen, count_of(listen));
	assert_int_equal(status_of("Host: localhost\r\n"), 401);
	assert_local_status(
	    VIEW("GET / HTTP/1.1\r\nHost: any\r\nConnection: close\r\n\r\n"), 200);
	assert_local_status(VIEW("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
	http_server_close(&server);
	assert_int_equal(access(strchr(socket_address, '/'), F_OK), -1);
}

static void test_plain_passwords(unused_parameter void **state)
{
	/* Passwords in plain text from other machines only where that was allowed. */
	static const char *const listen[] = {"0.0.0.0:0"};
	struct http_server_options options = {
	    .listen = listen, .listen_count = 1, .routes = routes, .route_count = 1};

	load_users();
	options.users = users;
	assert_int_equal(http_server_new(&server, &loop, &options, &errors), -EPERM);
	assert_non_null(strstr(buffer_text(&errors), "configure http.tls"));
	options.allow_plain_passwords = true;
	assert_int_equal(http_server_new(&server, &loop, &options, &errors), 0);
}

static void test_nothing_passed(unused_parameter void **state)
{
	/* Sockets of a service manager that passed none are an error that says so. */
	static const char *const listen[] = {"127.0.0.1:0", "systemd"};
	struct http_server_options options = {
	    .listen = listen, .listen_count = 2, .routes = routes, .route_count = 1};

	assert_int_equal(http_server_new(&server, &loop, &options, &errors), -ENOENT);
	assert_non_null(strstr(buffer_text(&errors), "passed no socket (LISTEN_FDS)"));
}

#define access_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    access_test(test_host),
	    access_test(test_several_hosts),
	    access_test(test_no_host),
	    access_test(test_password),
	    access_test(test_each_request),
	    access_test(test_limited),
	    access_test(test_loop_goes_on),
	    access_test(test_closed_while_checking),
	    access_test(test_client_gone_while_checking),
	    access_test(test_several_sockets),
	    access_test(test_plain_passwords),
	    access_test(test_nothing_passed),
	};

	return cmocka_run_group_tests_name("report/http_access", tests, NULL, NULL);
}
