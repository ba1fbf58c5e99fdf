/* A server under test and a client of its, in one thread: nobody waits but by turning the loop. */
#ifndef AUTHMEDIC_TESTS_HTTP_SERVER_FIXTURE_H
#define AUTHMEDIC_TESTS_HTTP_SERVER_FIXTURE_H

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

#include "loop/loop_fixture.h"

#include "report/http_server.h"

#define VERSION " HTTP/1.1\r\nHost: localhost\r\n"

static struct http_server *server;
static struct buffer answer;
static struct buffer errors;

static int open_server(void **state)
{
	buffer_init(&answer, (size_t)64 * 1024 * 1024);
	buffer_init(&errors, 4096);
	return open_loop(state);
}

static int close_server(void **state)
{
	http_server_close(&server);
	buffer_done(&answer);
	buffer_done(&errors);
	return close_loop(state);
}

static int connect_client(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons(http_server_port(server)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(client >= 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	return client;
}

static void turn(void)
{
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void send_bytes(int client, struct view bytes)
{
	assert_int_equal(send(client, bytes.data, bytes.length, MSG_NOSIGNAL), bytes.length);
}

/* Takes what has arrived; false at the end of the connection. */
static bool take_bytes(int client)
{
	char bytes[65536];
	ssize_t count;

	while ((count = recv(client, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		buffer_append(&answer, view_of(bytes, (size_t)count));
	return count < 0 && errno == EAGAIN;
}

/* Runs the loop until the connection has ended. */
static void read_to_end(int client)
{
	while (take_bytes(client))
		turn();
}

/* Sends the bytes on a connection of their own and reads all of the answer. */
static const char *exchange(struct view request)
{
	int client = connect_client();

	buffer_clear(&answer);
	send_bytes(client, request);
	read_to_end(client);
	close(client);
	return buffer_text(&answer);
}

/* A request that asks for the connection to end after it. */
static const char *request(const char *method, const char *target)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	buffer_append_format(&text,
	    "%s %s" VERSION "Accept: a/b\r\nConnection: close\r\n\r\n", method,
	    target);
	return exchange(buffer_view(&text));
}

static void assert_status(const char *response, int status)
{
	char start_of_line[32];

	snprintf(start_of_line, sizeof(start_of_line), "HTTP/1.1 %d ", status);
	if (strncmp(response, start_of_line, strlen(start_of_line)) != 0)
		fail_msg("wanted %d, got: %.200s", status, response);
}

#define server_test(function) cmocka_unit_test_setup_teardown(function, open_server, close_server)

#endif
