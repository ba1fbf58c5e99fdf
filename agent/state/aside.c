#include "state/aside.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME_BYTES (ASIDE_MAX_PATH_BYTES + 64)

/* The write-ahead log goes along: it holds what was not in the file yet, and must never be played
 * into a fresh one. The file itself goes last, so that a crash in between is made good by the next
 * start. */
static const char *const suffixes[] = {"-wal", "-shm", "-journal", "" /* itself */};

static int rename_beside(const char *path, const char *aside, const char *suffix)
{
	char from[MAX_NAME_BYTES];
	char to[MAX_NAME_BYTES];

	snprintf(from, sizeof(from), "%s%s", path, suffix);
	snprintf(to, sizeof(to), "%s%s", aside, suffix);
	unlink(to);
	if (rename(from, to) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

static bool is_there(const char *name)
{
	struct stat status;

	return lstat(name, &status) == 0 || errno != ENOENT;
}

/* Whether a database stands at the numbered name, which is put into `ret_name`. */
static bool has_database(const char *path, int number, char ret_name[MAX_NAME_BYTES - 16])
{
	snprintf(ret_name, MAX_NAME_BYTES - 16, "%s.set-aside-%d", path, number);
	return is_there(ret_name);
}

/* Also by a log alone: whoever was killed after he had moved that left it there. */
static bool is_taken(const char *path, int number, char ret_name[MAX_NAME_BYTES - 16])
{
	char name[MAX_NAME_BYTES];
	bool taken = has_database(path, number, ret_name);

	for (size_t i = 0; !taken && i < count_of(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", ret_name, suffixes[i]);
		taken = is_there(name);
	}
	return taken;
}

static int copy_name(const char *name, char **ret_name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return -ENOMEM;
	*ret_name = copy;
	return 0;
}

int aside_put(const char *path, char **ret_aside)
{
	char aside[MAX_NAME_BYTES - 16];
	int number = 1;
	int error = 0;

	while (is_taken(path, number, aside) && number < ASIDE_MAX_FILES)
		number++;
	for (size_t i = 0; i < count_of(suffixes) && error == 0; i++)
		error = rename_beside(path, aside, suffixes[i]);
	return error < 0 ? error : copy_name(aside, ret_aside);
}

void aside_remove_logs(const char *path)
{
	char name[MAX_NAME_BYTES];

	for (size_t i = 0; i + 1 < count_of(suffixes); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
}

int aside_find(const char *path, char **ret_aside)
{
	char aside[MAX_NAME_BYTES - 16];

	for (int number = ASIDE_MAX_FILES; number > 0; number--)
		if (has_database(path, number, aside))
			return copy_name(aside, ret_aside);
	return -ENOENT;
}
