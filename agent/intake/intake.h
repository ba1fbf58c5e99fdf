/* Bytes to complete lines: which files a log has, what happened to them, where we were. One intake
 * per configured log. Blocking file reads in slices, no callbacks from a loop: the caller says
 * when.
 *
 * A file is (device, inode, birth time) and a hash of up to 256 bytes before the cursor. Cursors
 * stand behind complete lines only, so a half-written last line is read again, never twice as a
 * line. */
#ifndef AUTHMEDIC_INTAKE_INTAKE_H
#define AUTHMEDIC_INTAKE_INTAKE_H

#include "base/buffer.h"

#define INTAKE_MAX_FILES      64 /* open or remembered per log */
#define INTAKE_MAX_LINE_BYTES (64 * 1024) /* longer lines are cut: one counted discard */
#define INTAKE_MARKER_BYTES   256
#define INTAKE_MAX_HEADER_BYTES (64 * 1024) /* per file; of a longer one nothing is kept */

struct intake_cursor {
	char path[4096]; /* where the file was last seen */
	uint64_t device, inode;
	int64_t birth_ns; /* -1: the file system has none */
	int64_t offset_bytes;
	int64_t size_bytes; /* the file's, as last seen: what is lost with it can be counted */
	uint32_t marker_bytes; /* how many bytes before the offset were hashed */
	uint64_t marker_hash;
	uint32_t head_bytes; /* how many bytes at the start of the file were hashed */
	uint64_t head_hash;
	bool finished; /* rotated away and read to its end */
	/* What keep_header() gave behind the last line; borrowed, until more is read or whoever
	 * gave the cursor goes on. */
	struct view header;
};

struct intake_totals {
	uint64_t bytes, lines, rotations, truncations, lost_bytes, overlong_lines;
};

enum intake_condition {
	INTAKE_FINE,
	INTAKE_MISSING, /* no file matches */
	INTAKE_UNREADABLE, /* EACCES, EIO … */
	INTAKE_REFUSED /* a FIFO, device, socket or directory stands at the path */
};

struct intake_callbacks {
	/* A complete line without its ending. `new_file` where it is the first of a file, so that
	 * the parser forgets the last file's header. */
	void (*on_line)(void *context, struct view line, bool new_file);
	/* Both or none. The lines that come now are another file's than those before; `header` is
	 * what was kept behind that file's last line, in this run or an earlier one, empty where
	 * nothing was. */
	void (*on_file)(void *context, struct view header);
	/* What must be known to go on in the file behind the lines that came. */
	void (*keep_header)(void *context, struct buffer *ret_header);
	void *context;
};

struct intake;

/* `pattern` is a path, whose last component may be a glob (-EINVAL where another is). Nothing is
 * read yet. A log that was never seen is read from the first byte of its current file; what was
 * rotated away by then, or has a newer file of the same name with a later date beside it, is
 * history and is not read. */
must_check int intake_new(
    struct intake **ret_intake, const char *pattern, const struct intake_callbacks *callbacks);
void intake_free(struct intake **intake);

/* Before the first reconcile: where an earlier run stood, in the order in which
 * intake_file_cursor() gave it. -EINVAL on a cursor that cannot be one, -ENOSPC on too many. */
must_check int intake_restore(struct intake *intake, const struct intake_cursor *cursor);
void intake_restore_totals(struct intake *intake, const struct intake_totals *totals);

/* Looks at the directory and the files: new ones, renamed ones, truncated ones, vanished ones. Call
 * each second and whenever a watcher hints. `now_ms` is a monotonic time. */
void intake_reconcile(struct intake *intake, int64_t now_ms);
/* Reads at most `max_bytes` and hands on complete lines, oldest file first. Returns true where more
 * is waiting. Call until false, with other work in between. */
bool intake_read(struct intake *intake, size_t max_bytes);

/* Files that are followed or remembered now; for each the cursor as of the last complete line
 * handed on. All of them are to be stored, in this order, together with the totals. */
size_t intake_file_count(const struct intake *intake);
void intake_file_cursor(
    const struct intake *intake, size_t index, struct intake_cursor *ret_cursor);
const struct intake_totals *intake_totals(const struct intake *intake);
/* Changes with whatever intake_file_cursor() gives, never 0: what is to be stored again. */
uint64_t intake_cursors_digest(const struct intake *intake);
/* Bytes that are there and not read yet, as of the last reconcile. */
uint64_t intake_lag_bytes(const struct intake *intake);
enum intake_condition intake_condition(const struct intake *intake, const char **ret_why);
/* The directory to watch. */
const char *intake_directory(const struct intake *intake);

#endif
