#include "state/store_private.h"

#include "state/aside.h"
#include "state/store_tables.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE_NAME "authmedic.db"
#define HEADER_BYTES  100 /* at the start of every SQLite database */

static int open_database(struct database **ret_database, const char *path)
{
	struct database *database = NULL;
	int error = database_open(&database, path);

	if (error < 0)
		return error;
	error = schema_prepare(database, &store_schema);
	if (error < 0) {
		database_close(&database);
		return error;
	}
	*ret_database = database;
	return 0;
}

/* Makes the file, or takes the rights of others to it away; SQLite gives its log the same mode. An
 * old file without even a header has lost what it held, and SQLite would call it new. */
static int prepare_file(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool fresh = file >= 0;
	struct stat status;
	int error = 0;

	if (!fresh && errno == EEXIST)
		file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return -errno;
	if (fstat(file, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((status.st_mode & 0777) != 0600 && fchmod(file, 0600) < 0)
		error = -errno;
	else if (!fresh && status.st_size < HEADER_BYTES)
		error = -EBADMSG;
	close(file);
	return error;
}

int store_open(struct store **ret_store, const char *directory, char **ret_set_aside)
{
	struct store *store = calloc(1, sizeof(*store));
	char *auto_free aside = NULL;
	char path[ASIDE_MAX_PATH_BYTES];
	int length = snprintf(path, sizeof(path), "%s/" DATABASE_NAME, directory);
	int error;

	if (store == NULL)
		return -ENOMEM;
	error = length < (int)sizeof(path) ? prepare_file(path) : -ENAMETOOLONG;
	if (error == 0)
		error = open_database(&store->database, path);
	if (error == -EBADMSG || error == -EPROTONOSUPPORT) {
		store->why_set_aside = error == -EBADMSG
		    ? "it is damaged"
		    : "another program or another version of authmedic wrote it";
		error = aside_put(path, &aside);
		if (error == 0)
			error = prepare_file(path);
		if (error == 0)
			error = open_database(&store->database, path);
	}
	if (error < 0) {
		store_close(&store);
		return error;
	}
	*ret_store = store;
	*ret_set_aside = take_pointer(aside);
	return 0;
}

const char *store_why_set_aside(const struct store *store)
{
	return store->why_set_aside;
}

int store_find_set_aside(const char *directory, char **ret_set_aside)
{
	char path[ASIDE_MAX_PATH_BYTES];
	int length = snprintf(path, sizeof(path), "%s/" DATABASE_NAME, directory);

	return length < (int)sizeof(path) ? aside_find(path, ret_set_aside) : -ENAMETOOLONG;
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	database_close(&(*store)->database);
	free(*store);
	*store = NULL;
}

int store_begin(struct store *store)
{
	return database_begin(store->database);
}

int store_commit(struct store *store)
{
	return database_commit(store->database);
}

void store_rollback(struct store *store)
{
	database_rollback(store->database);
}
