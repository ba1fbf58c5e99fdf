#include "state/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/aside.h"
#include "state/store_tables.h"

#define HEADER_BYTES  100 /* at the start of every SQLite database */
#define MAKING_SUFFIX ".making"

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

/* Takes the rights of others to the file away; SQLite gives its log the same mode. A file without
 * even a header has lost what it held, and SQLite would call it new. */
static int prepare_file(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	int error = 0;

	if (file < 0)
		return -errno;
	if (fstat(file, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((status.st_mode & 0777) != 0600 && fchmod(file, 0600) < 0)
		error = -errno;
	else if (status.st_size < HEADER_BYTES)
		error = -EBADMSG;
	close(file);
	return error;
}

/* An empty database, closed again. */
static int make_database(const char *path)
{
	struct database *database = NULL;
	int file, error;

	aside_remove_logs(path);
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return -errno;
	close(file);
	error = open_database(&database, path);
	database_close(&database);
	return error;
}

/* It gets its name when it is whole, so that whoever is killed before leaves nothing that the next
 * start must call damaged. */
static int make_file(int folder, const char *path)
{
	char making[ASIDE_MAX_PATH_BYTES + sizeof(MAKING_SUFFIX)];
	int error;

	snprintf(making, sizeof(making), "%s" MAKING_SUFFIX, path);
	error = make_database(making);
	if (error < 0)
		return error;
	/* Of a database that somebody took away: it must never be played into this one. */
	aside_remove_logs(path);
	return rename(making, path) < 0 || fsync(folder) < 0 ? -errno : 0;
}

/* One at a time: another one who is at it will have the file open. */
static int make_file_alone(const char *directory, const char *path)
{
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (folder < 0)
		return -errno;
	if (flock(folder, LOCK_EX | LOCK_NB) < 0)
		error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else if (access(path, F_OK) < 0)
		error = make_file(folder, path);
	close(folder);
	return error;
}

int store_file_open(struct database **ret_database, const char *directory, const char *path)
{
	int error = prepare_file(path);

	if (error == -ENOENT) {
		error = make_file_alone(directory, path);
		if (error == 0)
			error = prepare_file(path);
	}
	return error < 0 ? error : open_database(ret_database, path);
}

int store_file_identify(const char *path, struct store_file_identity *ret_identity)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return -errno;
	*ret_identity = (struct store_file_identity){
	    status.st_dev, status.st_ino, (int64_t)status.st_size};
	return 0;
}

int store_file_check_directory(const char *directory)
{
	struct stat status;

	if (stat(directory, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		return -ENOTDIR;
	return access(directory, R_OK | W_OK | X_OK) < 0 ? -errno : 0;
}
