#include "ledger/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/ledger_line.h"

#define FILE_NAME   "ledger"
#define CHUNK_BYTES ((size_t)16 * 1024)

static int open_file(const struct ledger *ledger, int flags)
{
	int file = openat(ledger->folder, FILE_NAME,
	    flags | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat status;
	int error = 0;

	if (file < 0)
		return -errno;
	if (fstat(file, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode) || status.st_nlink != 1 ||
	         status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		error = -EPERM;
	else if ((flags & O_CREAT) != 0 && fsync(ledger->folder) < 0)
		error = -errno;
	if (error < 0)
		close(file);
	return error < 0 ? error : file;
}

static int read_bytes(int file, struct buffer *content)
{
	char chunk[CHUNK_BYTES];
	off_t offset = 0;
	ssize_t got;

	while ((got = pread(file, chunk, sizeof(chunk), offset)) > 0) {
		buffer_append(content, view_of(chunk, (size_t)got));
		offset += got;
	}
	return got < 0 ? -errno : buffer_error(content);
}

/* Leaves what stands behind the last newline in *lines. */
static int read_lines(struct view *lines, ledger_on_record *on_record, void *context)
{
	struct ledger_record record;
	struct view rest = *lines, line;
	int error = 0;

	while (view_cut(&rest, '\n', &line)) {
		error = ledger_line_read(line, &record);
		if (error < 0)
			return error;
		on_record(context, &record);
		*lines = rest;
	}
	return 0;
}

int ledger_read(const struct ledger *ledger, ledger_on_record *on_record, void *context)
{
	struct buffer auto_buffer content;
	int file = ledger->file >= 0 ? ledger->file : open_file(ledger, O_RDONLY);
	struct view rest;
	int error;

	buffer_init(&content, LEDGER_MAX_BYTES);
	if (file < 0)
		return file == -ENOENT ? 0 : file;
	error = ledger->spoilt ? -EIO : read_bytes(file, &content);
	rest = buffer_view(&content);
	if (error == 0)
		error = read_lines(&rest, on_record, context);
	if (file != ledger->file)
		close(file);
	/* A torn line is there only while somebody writes it, or where ledger_lock() failed. */
	return error == 0 && rest.length > 0 ? -EBADMSG : error;
}

/* All of the bytes, on the disk, or none. */
static int add_bytes(struct ledger *ledger, struct view bytes)
{
	off_t before = lseek(ledger->file, 0, SEEK_END);
	ssize_t wrote = before < 0 ? -1 : write(ledger->file, bytes.data, bytes.length);
	int error = wrote < 0 ? -errno : (size_t)wrote < bytes.length ? -ENOSPC : 0;

	if (error == 0 && fsync(ledger->file) < 0)
		error = -errno;
	if (error < 0 && before >= 0 &&
	    (ftruncate(ledger->file, before) < 0 || fsync(ledger->file) < 0))
		ledger->spoilt = true;
	return error;
}

/* What makes things as they were goes on where nothing else does, and what was begun must end. */
static size_t longest_before(const struct ledger_record *record)
{
	if (record->kind == LEDGER_RESULT)
		return LEDGER_MAX_BYTES - LEDGER_MAX_LINE_BYTES;
	return record->kind == LEDGER_INTENT && record->reverts
	           ? LEDGER_MAX_BYTES - 2 * LEDGER_MAX_LINE_BYTES
	           : LEDGER_MAX_BYTES - LEDGER_KEPT_BYTES;
}

static size_t room_for(const struct ledger_record *intent)
{
	bool must_revert = !intent->reverts && intent->for_ms > 0;

	return 2 * LEDGER_MAX_LINE_BYTES + (must_revert ? LEDGER_REVERT_BYTES : 0);
}

/* Room for an intent, its result and its revert, where the file system knows how to keep it. */
static int keep_room(const struct ledger *ledger, const struct ledger_record *record)
{
	off_t size = lseek(ledger->file, 0, SEEK_END);

	if (size < 0)
		return -errno;
	if ((size_t)size > longest_before(record))
		return -EFBIG;
	if (record->kind != LEDGER_INTENT)
		return 0;
	if (fallocate(ledger->file, FALLOC_FL_KEEP_SIZE, size,
	        (off_t)room_for(record)) == 0 ||
	    errno == EOPNOTSUPP || errno == ENOSYS)
		return 0;
	return -errno;
}

int ledger_add(struct ledger *ledger, const struct ledger_record *record)
{
	struct buffer auto_buffer line;
	int error;

	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	ledger_line_write(record, &line);
	error = buffer_error(&line);
	if (error == 0)
		error = keep_room(ledger, record);
	return error < 0 ? error : add_bytes(ledger, buffer_view(&line));
}

static void on_no_matter(
    void *context unused_parameter, const struct ledger_record *record unused_parameter)
{
}

static int end_torn_line(struct ledger *ledger, const struct moment *now)
{
	struct buffer auto_buffer content, auto_buffer line;
	struct view torn;
	int error;

	buffer_init(&line, LEDGER_MAX_LINE_BYTES);
	buffer_init(&content, LEDGER_MAX_BYTES);
	error = read_bytes(ledger->file, &content);
	torn = buffer_view(&content);
	if (error == 0)
		error = read_lines(&torn, on_no_matter, NULL);
	if (error < 0 || torn.length == 0)
		return error;
	buffer_append(&line, torn);
	ledger_line_end_torn(&line, now);
	error = buffer_error(&line);
	return error < 0 ? error : add_bytes(ledger, view_skip(buffer_view(&line), torn.length));
}

int ledger_lock(struct ledger *ledger, const struct moment *now)
{
	int error = ledger->file >= 0 ? -EBUSY : ledger->spoilt ? -EIO : 0;

	if (error < 0)
		return error;
	ledger->file = open_file(ledger, O_RDWR);
	if (ledger->file == -ENOENT)
		ledger->file = open_file(ledger, O_RDWR | O_CREAT | O_EXCL);
	if (ledger->file < 0)
		error = ledger->file;
	else if (flock(ledger->file, LOCK_EX | LOCK_NB) < 0)
		error = errno == EWOULDBLOCK ? -EBUSY : -errno;
	else
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
