/* A directory of its own for each test. */
#ifndef AUTHMEDIC_TESTS_DIRECTORY_FIXTURE_H
#define AUTHMEDIC_TESTS_DIRECTORY_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char directory[256];

static inline void path_in(char ret_path[512], const char *name)
{
	snprintf(ret_path, 512, "%s/%s", directory, name);
}

/* Writes a file into it and tells its path. */
static inline void write_in(char ret_path[512], const char *name, struct view bytes)
{
	FILE *file;

	path_in(ret_path, name);
	file = fopen(ret_path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.length, file), bytes.length);
	assert_int_equal(fclose(file), 0);
}

static int make_directory(unused_parameter void **state)
{
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");

	snprintf(directory, sizeof(directory), "%s/unit-test-XXXXXX", build != NULL ? build : ".");
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int on_entry(const char *path, unused_parameter const struct stat *status,
    unused_parameter int kind, unused_parameter struct FTW *place)
{
	return remove(path);
}

static int remove_directory(unused_parameter void **state)
{
	return nftw(directory, on_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
