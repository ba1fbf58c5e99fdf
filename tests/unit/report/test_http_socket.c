#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "report/http_socket.h"

static const struct http_socket_access open_to_us = {.mode = 0600};

static void test_addresses(unused_parameter void **state)
{
	/* IPv4 and bracketed IPv6 addresses with a port are listened on, each on a port of its
	 * own. */
	static const char *const addresses[] = {"127.0.0.1:0", "0.0.0.0:0", "[::1]:0", "[::]:0"};

	for (size_t i = 0; i < count_of(addresses); i++) {
		struct http_socket socket;

		assert_int_equal(
		    http_socket_listen(view_of_text(addresses[i]), &open_to_us, &socket), 0);
		assert_int_not_equal(socket.port, 0);
		assert_false(socket.is_local);
		assert_int_equal(socket.is_loopback, i % 2 == 0);
		http_socket_done(&socket);
	}
}

static void test_malformed_addresses(unused_parameter void **state)
{
	/* Anything else is refused, names too: nothing is looked up. */
	static const char *const addresses[] = {"", ":", "19401", ":19401", "127.0.0.1",
	    "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x", "127.0.0.1:http",
	    "localhost:19401", "::1:19401", "[::1]", "[::1]19401", "[::1:19401", "*:19401",
	    "127.0.0.1:19401 ", " 127.0.0.1:19401", "1.2.3.4.5:1", "unix:", "unix:/", "unix:a"};
	struct http_socket socket = {.file = 7, .port = 7};

	for (size_t i = 0; i < count_of(addresses); i++)
		assert_int_equal(
		    http_socket_listen(view_of_text(addresses[i]), &open_to_us, &socket),
		    -EINVAL);
	assert_int_equal(socket.file, 7);
	assert_int_equal(socket.port, 7);
}

static void test_taken_port(unused_parameter void **state)
{
	/* A port that somebody listens on is an error of its own. */
	char address[32];
	struct http_socket first;
	struct http_socket second;

	assert_int_equal(http_socket_listen(VIEW("127.0.0.1:0"), &open_to_us, &first), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", first.port);
	assert_int_equal(
	    http_socket_listen(view_of_text(address), &open_to_us, &second), -EADDRINUSE);
	http_socket_done(&first);
	assert_int_equal(http_socket_listen(view_of_text(address), &open_to_us, &second), 0);
	http_socket_done(&second);
}

static void test_foreign_address(unused_parameter void **state)
{
	/* An address that this machine does not have cannot be listened on. */
	struct http_socket socket;

	assert_int_equal(
	    http_socket_listen(VIEW("192.0.2.1:0"), &open_to_us, &socket), -EADDRNOTAVAIL);
}

/* -- sockets in the file system -- */

static char folder[64];

static int make_folder(unused_parameter void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/authmedic.XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(unused_parameter void **state)
{
	return rmdir(folder);
}

static struct view in_folder(const char *name)
{
	static char address[128];

	snprintf(address, sizeof(address), "unix:%s/%s", folder, name);
	return view_of_text(address);
}

static const char *path_of(struct view address)
{
	return address.data + strlen("unix:");
}

static void test_path(unused_parameter void **state)
{
	/* A path has the permissions and group that were asked for, whatever the umask, and is gone
	 * after. */
	const struct http_socket_access access = {.mode = 0640, .group = "0"};
	const struct view address = in_folder("a.sock");
	struct http_socket socket;
	struct stat status;
	mode_t mask = umask(0077);

	if (geteuid() != 0)
		skip();
	assert_int_equal(http_socket_listen(address, &access, &socket), 0);
	assert_int_equal(umask(mask), 0077);
	assert_true(socket.is_local);
	assert_true(socket.is_loopback);
	assert_int_equal(stat(path_of(address), &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(status.st_gid, 0);
	http_socket_done(&socket);
	assert_int_equal(stat(path_of(address), &status), -1);
}

static void test_path_taken(unused_parameter void **state)
{
	/* Somebody who listens there keeps his path; one that nobody listens on is replaced. */
	const struct view address = in_folder("a.sock");
	struct http_socket first;
	struct http_socket second;

	assert_int_equal(http_socket_listen(address, &open_to_us, &first), 0);
	assert_int_equal(http_socket_listen(address, &open_to_us, &second), -EADDRINUSE);
	assert_int_equal(close(first.file), 0);
	first.file = -1;
	assert_int_equal(http_socket_listen(address, &open_to_us, &second), 0);
	free(first.path);
	http_socket_done(&second);
	assert_int_equal(access(path_of(address), F_OK), -1);
}

static void test_path_no_socket(unused_parameter void **state)
{
	/* What is no socket is never removed, at the start or at the end. */
	const struct view address = in_folder("file");
	struct http_socket socket;
	FILE *file;

	assert_int_equal(http_socket_listen(address, &open_to_us, &socket), 0);
	assert_int_equal(unlink(path_of(address)), 0);
	file = fopen(path_of(address), "w");
	assert_non_null(file);
	fclose(file);
	http_socket_done(&socket);
	assert_int_equal(access(path_of(address), F_OK), 0);
	assert_int_equal(http_socket_listen(address, &open_to_us, &socket), -EEXIST);
	assert_int_equal(unlink(path_of(address)), 0);
}

static void test_unknown_group(unused_parameter void **state)
{
	/* A group that there is not leaves nothing behind. */
	const struct http_socket_access access_of_nobody = {.mode = 0660, .group = "no-such-group"};
	const struct view address = in_folder("a.sock");
	struct http_socket socket;

	assert_int_equal(http_socket_listen(address, &access_of_nobody, &socket), -EINVAL);
	assert_int_equal(access(path_of(address), F_OK), -1);
}

static void test_inherited(unused_parameter void **state)
{
	/* A copy of a socket that somebody listens on is one, too; what is none is refused. */
	struct http_socket first;
	struct http_socket second;
	int pipes[2];

	assert_int_equal(http_socket_listen(VIEW("127.0.0.1:0"), &open_to_us, &first), 0);
	assert_int_equal(http_socket_inherit(first.file, &second), 0);
	assert_int_equal(second.port, first.port);
	assert_true(second.is_loopback);
	http_socket_done(&second);
	assert_int_equal(http_socket_inherit(first.file, &second), 0);
	http_socket_done(&second);
	http_socket_done(&first);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(http_socket_inherit(pipes[0], &second), -EINVAL);
	close(pipes[0]);
	close(pipes[1]);
}

#define folder_test(function) cmocka_unit_test_setup_teardown(function, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_malformed_addresses),
	    cmocka_unit_test(test_taken_port),
	    cmocka_unit_test(test_foreign_address),
	    folder_test(test_path),
	    folder_test(test_path_taken),
	    folder_test(test_path_no_socket),
	    folder_test(test_unknown_group),
	    cmocka_unit_test(test_inherited),
	};

	return cmocka_run_group_tests_name("report/http_socket", tests, NULL, NULL);
}
