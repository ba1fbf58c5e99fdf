#include "helper/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/ledger_line.h"

#define FILE_NAME   "ledger"
#define CHUNK_BYTES ((size_t)4096)

struct ledger {
	int folder;
	int file;    /* -1 where not locked */
	bool spoilt; /* a record of ours is there in part, and could not be taken back */
};

int ledger_new(struct ledger **ret_ledger, int folder)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger == NULL)
		return -ENOMEM;
	*ledger = (struct ledger){.folder = folder, .file = -1};
	*ret_ledger = ledger;
	return 0;
}

void ledger_free(struct ledger **ledger)
{
	if (*ledger == NULL)
		return;
	ledger_unlock(*ledger);
	free(*ledger);
	*ledger = NULL;
}

static int check_file(int file)
{
	struct stat status;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_nlink != 1 || status.st_uid != geteuid() ||
	    (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return -EPERM;
	return status.st_size <= LEDGER_MAX_BYTES ? 0 : -EFBIG;
}

static int open_file(const struct ledger *ledger, int flags, int *ret_file)
{
	int file = openat(ledger->folder, FILE_NAME,
	    flags | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	int error = file < 0 ? -errno : check_file(file);

	if (error == 0 && (flags & O_CREAT) != 0 && fsync(ledger->folder) < 0)
		error = -errno;
	if (error == 0)
		*ret_file = file;
	else if (file >= 0)
		close(file);
	return error;
}

/* ------------------------------------------------------------------------------- reading */

static int read_lines(struct buffer *pending, ledger_on_record *on_record, void *context)
{
	struct view rest = buffer_view(pending), line;

	while (view_cut(&rest, '\n', &line)) {
		struct ledger_record record;
		int error = ledger_line_read(line, &record);

		if (error < 0)
			return error;
		on_record(context, &record);
	}
	buffer_consume(pending, pending->length - line.length);
	return line.length <= LEDGER_MAX_LINE_BYTES ? 0 : -EBADMSG;
}

/* Leaves in `torn` what stands behind the last newline. */
static int read_file(int file, struct buffer *torn, ledger_on_record *on_record, void *context)
{
	char chunk[CHUNK_BYTES];
	off_t offset = 0;
	ssize_t got;
	int error;

	buffer_init(torn, LEDGER_MAX_LINE_BYTES + CHUNK_BYTES);
	while ((got = pread(file, chunk, sizeof(chunk), offset)) > 0) {
		offset += got;
		buffer_append(torn, view_of(chunk, (size_t)got));
		error = buffer_error(torn);
		if (error == 0)
			error = read_lines(torn, on_record, context);
		if (error < 0)
			return error;
	}
	return got < 0 ? -errno : 0;
}

int ledger_read(const struct ledger *ledger, ledger_on_record *on_record, void *context)
{
	struct buffer auto_buffer torn = {0};
	int file = ledger->file;
	int error = 0;

	if (ledger->spoilt)
		return -EIO;
	if (file < 0)
		error = open_file(ledger, O_RDONLY, &file);
	if (error < 0)
		return error == -ENOENT ? 0 : error;
	error = read_file(file, &torn, on_record, context);
	if (file != ledger->file)
		close(file);
	if (error == 0 && torn.length > 0)
		error = -EBADMSG; /* only where somebody else is writing, or ledger_lock() failed */
	return error;
}

/* ------------------------------------------------------------------------------- writing */

static int write_and_sync(int file, struct view bytes)
{
	ssize_t wrote = write(file, bytes.data, bytes.length);

	if (wrote >= 0 && (size_t)wrote < bytes.length)
		return -ENOSPC;
	return wrote < 0 || fsync(file) < 0 ? -errno : 0;
}

/* All of the bytes, on the disk, or none. */
static int add_bytes(struct ledger *ledger, struct view bytes)
{
	off_t before = lseek(ledger->file, 0, SEEK_END);
	int error = before < 0 ? -errno : write_and_sync(ledger->file, bytes);

	if (error == 0 || before < 0)
		return error;
	if (ftruncate(ledger->file, before) < 0 || fsync(ledger->file) < 0)
		ledger->spoilt = true;
	return error;
}

/* Room for the result that is to follow, where the file system knows how to keep it. */
static int keep_room(struct ledger *ledger)
{
	off_t size = lseek(ledger->file, 0, SEEK_END);

	if (size < 0)
		return -errno;
	if (size > LEDGER_MAX_BYTES - 2 * (off_t)LEDGER_MAX_LINE_BYTES)
		return -EFBIG;
	if (fallocate(ledger->file, FALLOC_FL_KEEP_SIZE, size, 2 * LEDGER_MAX_LINE_BYTES) < 0 &&
	    errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	return 0;
}

int ledger_add(struct ledger *ledger, const struct ledger_record *record)
{
	struct buffer auto_buffer line;
	int error;

	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	ledger_line_write(record, &line);
	error = buffer_error(&line);
	if (error == 0 && record->kind == LEDGER_INTENT)
		error = keep_room(ledger);
	return error < 0 ? error : add_bytes(ledger, buffer_view(&line));
}

static void ignore_record(
    void *context unused_parameter, const struct ledger_record *record unused_parameter)
{
}

/* A torn line becomes a line: what there is of it, and a record that says so. */
static int end_torn_line(struct ledger *ledger, const struct moment *now)
{
	struct buffer auto_buffer torn = {0};
	size_t torn_bytes;
	int error = read_file(ledger->file, &torn, ignore_record, NULL);

	if (error < 0 || torn.length == 0)
		return error;
	torn_bytes = torn.length;
	ledger_line_end_torn(&torn, now);
	error = buffer_error(&torn);
	if (error < 0)
		return error;
	return add_bytes(ledger, view_skip(buffer_view(&torn), torn_bytes));
}

/* Whether the name still leads to the file that we locked. */
static int check_name(const struct ledger *ledger, int file)
{
	struct stat named, locked;

	if (fstatat(ledger->folder, FILE_NAME, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fstat(file, &locked) < 0)
		return -errno;
	return named.st_ino == locked.st_ino && named.st_dev == locked.st_dev ? 0 : -EBUSY;
}

int ledger_lock(struct ledger *ledger, const struct moment *now)
{
	int file = -1;
	int error;

	if (ledger->spoilt)
		return -EIO;
	if (ledger->file >= 0)
		return -EBUSY;
	error = open_file(ledger, O_RDWR, &file);
	if (error == -ENOENT)
		error = open_file(ledger, O_RDWR | O_CREAT | O_EXCL, &file);
	if (error < 0)
		return error;
	if (flock(file, LOCK_EX | LOCK_NB) < 0)
		error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (error == 0)
		error = check_name(ledger, file);
	ledger->file = file;
	if (error == 0)
		error = end_torn_line(ledger, now);
	if (error < 0)
		ledger_unlock(ledger);
	return error;
}

void ledger_unlock(struct ledger *ledger)
{
	if (ledger->file >= 0)
		close(ledger->file);
	ledger->file = -1;
}
