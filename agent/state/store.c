#include "state/store_private.h"

#include "state/aside.h"

#include <errno.h>

#define DATABASE_NAME "authmedic.db"

static int path_in(const char *directory, char ret_path[ASIDE_MAX_PATH_BYTES])
{
	int length = snprintf(ret_path, ASIDE_MAX_PATH_BYTES, "%s/" DATABASE_NAME, directory);

	return length < ASIDE_MAX_PATH_BYTES ? 0 : -ENAMETOOLONG;
}

static int remember_file(struct store *store, const char *path)
{
	char log_path[ASIDE_MAX_PATH_BYTES + sizeof(DATABASE_LOG_SUFFIX)];

	snprintf(log_path, sizeof(log_path), "%s" DATABASE_LOG_SUFFIX, path);
	store->path = view_to_text(view_of_text(path));
	store->log_path = view_to_text(view_of_text(log_path));
	if (store->path == NULL || store->log_path == NULL)
		return -ENOMEM;
	return store_file_identify(path, &store->identity);
}

/* An open file's number is given to no other one. */
static bool is_same(
    const struct store_file_identity *one, const struct store_file_identity *other)
{
	return one->device == other->device && one->inode == other->inode;
}

static bool is_at(const struct store *store, const char *path)
{
	struct store_file_identity found = {0};

	return store_file_identify(path, &found) == 0 && is_same(&found, &store->identity);
}

/* How long the files are: we never make either shorter, but for the log, down to its limit. */
static void note_lengths(struct store *store)
{
	struct store_file_identity found = {0};

	if (store_file_identify(store->path, &found) == 0 && is_same(&found, &store->identity))
		store->identity = found;
	if (store_file_identify(store->log_path, &found) == 0 &&
	    (store->log.inode == 0 || is_same(&found, &store->log)))
		store->log = found;
	if (store->log.bytes > DATABASE_LOG_BYTES)
		store->log.bytes = DATABASE_LOG_BYTES;
}

/* What was committed last is in the log, and lost without it. */
static int check_files(const struct store *store)
{
	struct store_file_identity found = {0};

	if (store_file_identify(store->path, &found) < 0 || !is_same(&found, &store->identity))
		return -ESTALE;
	if (found.bytes < store->identity.bytes)
		return -EBADMSG;
	if (store->log.inode == 0)
		return 0;
	if (store_file_identify(store->log_path, &found) < 0 || !is_same(&found, &store->log))
		return -ESTALE;
	return found.bytes < store->log.bytes ? -EBADMSG : 0;
}

int store_open(struct store **ret_store, const char *directory, char **ret_set_aside)
{
	struct store *store = calloc(1, sizeof(*store));
	char *auto_free aside = NULL;
	char path[ASIDE_MAX_PATH_BYTES];
	int error;

	if (store == NULL)
		return -ENOMEM;
	error = path_in(directory, path);
	if (error == 0)
		error = store_file_open(&store->database, directory, path);
	if (error == -EBADMSG || error == -EPROTONOSUPPORT) {
		store->why_set_aside = error == -EBADMSG
		    ? "it is damaged"
		    : "another program or another version of authmedic wrote it";
		error = aside_put(path, &aside);
		if (error == 0)
			error = store_file_open(&store->database, directory, path);
	}
	if (error == 0)
		error = remember_file(store, path);
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
	int error = path_in(directory, path);

	return error < 0 ? error : aside_find(path, ret_set_aside);
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	database_close(&(*store)->database);
	free((*store)->path);
	free((*store)->log_path);
	free(*store);
	*store = NULL;
}

bool store_is_in(const struct store *store, const char *directory)
{
	char path[ASIDE_MAX_PATH_BYTES];

	return path_in(directory, path) == 0 && is_at(store, path);
}

int store_begin(struct store *store)
{
	int error = check_files(store);

	return error < 0 ? error : database_begin(store->database);
}

int store_commit(struct store *store)
{
	int error = database_commit(store->database);

	if (error == 0)
		note_lengths(store);
	return error;
}

void store_rollback(struct store *store)
{
	database_rollback(store->database);
}
