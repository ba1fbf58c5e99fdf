#include "state/store_private.h"

#include "state/aside.h"
#include "state/store_file.h"

#include <errno.h>

#define DATABASE_NAME "authmedic.db"

int store_open(struct store **ret_store, const char *directory, char **ret_set_aside)
{
	struct store *store = calloc(1, sizeof(*store));
	char *auto_free aside = NULL;
	char path[ASIDE_MAX_PATH_BYTES];
	int length = snprintf(path, sizeof(path), "%s/" DATABASE_NAME, directory);
	int error;

	if (store == NULL)
		return -ENOMEM;
	error = length < (int)sizeof(path) ? store_file_open(&store->database, directory, path)
					   : -ENAMETOOLONG;
	if (error == -EBADMSG || error == -EPROTONOSUPPORT) {
		store->why_set_aside = error == -EBADMSG
		    ? "it is damaged"
		    : "another program or another version of authmedic wrote it";
		error = aside_put(path, &aside);
		if (error == 0)
			error = store_file_open(&store->database, directory, path);
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
