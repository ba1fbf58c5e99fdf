/* The socket that a helper makes where systemd made none. */
#include "unit.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trust/packet_socket.h"

/* Short, whatever the build's folder is called: an address holds no long path. */
static char folder[64];
static char path[96];
static char victim[96];
static bool is_raced;

int __real_bind(int socket, const struct sockaddr *address, socklen_t bytes);
int __wrap_bind(int socket, const struct sockaddr *address, socklen_t bytes);
/* Whoever may write the folder is quick, and puts a link in the socket's place. */
int __wrap_bind(int socket, const struct sockaddr *address, socklen_t bytes)
{
	int result = __real_bind(socket, address, bytes);

	if (result == 0 && is_raced && (unlink(path) < 0 || symlink(victim, path) < 0))
		return -1;
	return result;
}

static int set_up(unused_parameter void **state)
{
	snprintf(folder, sizeof(folder), "/tmp/authmedic.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(victim, sizeof(victim), "%s/victim", folder);
	return 0;
}

static int tear_down(unused_parameter void **state)
{
	unlink(path);
	unlink(victim);
	return rmdir(folder);
}

static mode_t mode_of(const char *file)
{
	struct stat status;

	assert_int_equal(lstat(file, &status), 0);
	return status.st_mode & 0777;
}

static int listen_at_path(void)
{
	int file = packet_socket_listen(path, 1);

	assert_true(file >= 0);
	assert_int_equal(packet_socket_check(file, true), 0);
	return file;
}

/* Anybody may connect, whatever the mask, which is as it was afterwards; and a socket that an
 * earlier one left behind is no hindrance. */
static void test_for_anybody(unused_parameter void **state)
{
	mode_t before = umask(0077);

	for (int i = 0; i < 2; i++) {
		close(listen_at_path());
		assert_int_equal(mode_of(path), 0666);
	}
	assert_int_equal(umask(before), 0077);
}

/* No other file's mode is changed, whoever may write the folder. */
static void test_raced(unused_parameter void **state)
{
	FILE *file;

	file = fopen(victim, "we");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(victim, 0600), 0);
	is_raced = true;
	close(listen_at_path());
	is_raced = false;
	assert_int_equal(mode_of(victim), 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_for_anybody, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_raced, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("trust/packet_socket", tests, NULL, NULL);
}
