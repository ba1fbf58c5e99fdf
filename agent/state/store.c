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
	store->path = view_to_text(view_of_text(path));
	return store->path != NULL ? store_file_identify(path, &store->identity) : -ENOMEM;
}

/* An open file's number is given to no other one. */
static bool is_at(const struct store *store, const char *path)
{
	struct store_file_identity found = {0};

	return store_file_identify(path, &found) == 0 &&
	       found.device == store->identity.device && found.inode == store->identity.inode;
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
	return is_at(store, store->path) ? database_begin(store->database) : -ESTALE;
}

int store_commit(struct store *store)
{
	return database_commit(store->database);
}

void store_rollback(struct store *store)
{
	database_rollback(store->database);
}
