/* A folder with a file of users, for the tests of what reads it. */
#ifndef AUTHMEDIC_TESTS_HTTP_FILES_FIXTURE_H
#define AUTHMEDIC_TESTS_HTTP_FILES_FIXTURE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "base/buffer.h"

/* Made by `htpasswd -nbB -C 4`: "alice" has "wonderland", "bob" has "builder". */
#define ALICE "alice:$2y$04$1lqGF4q7.7DLWPTePibLau83vFD4SCvUe2636gYqEnZfGK9am5kGy"
#define BOB   "bob:$2y$04$xRsf4m2Sg0G6P9eqqs6.xeIj1GOd6s9AbkLnj3cq4GWHqb8YI7Vo."

static char folder[64];
static char users_path[128];

static void write_file(const char *path, const char *text, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
}

static int make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/authmedic.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(users_path, sizeof(users_path), "%s/users", folder);
	return 0;
}

static int remove_folder(void)
{
	unlink(users_path);
	return rmdir(folder);
}

#endif
