/* A directory of its own for each test. */
#ifndef AUTHMEDIC_TESTS_DIRECTORY_FIXTURE_H
#define AUTHMEDIC_TESTS_DIRECTORY_FIXTURE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char directory[256];

static inline void path_in(char ret_path[512], const char *name)
{
	snprintf(ret_path, 512, "%s/%s", directory, name);
}

static int make_directory(unused_parameter void **state)
{
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");

	snprintf(directory, sizeof(directory), "%s/store-test-XXXXXX", build != NULL ? build : ".");
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int remove_directory(unused_parameter void **state)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	while ((entry = readdir(entries)) != NULL)
		unlinkat(dirfd(entries), entry->d_name, 0);
	closedir(entries);
	return rmdir(directory);
}

#endif
