/* Which files a log may have: those that its pattern means, and what rotation made of them. */
#ifndef AUTHMEDIC_INTAKE_FILES_H
#define AUTHMEDIC_INTAKE_FILES_H

#include "base/array.h"
#include "intake/identity.h"

#define FILES_MAX_CANDIDATES 4096 /* looked at; more are counted and left out */

struct tail;

struct candidate {
	char *path; /* of the file itself, a symbolic link resolved */
	char *place; /* the name that it has, or had before it was rotated away */
	bool rotated;
	bool linked; /* found through a link of `link_owner` */
	uint32_t link_owner;
	struct look look;
	/* For the caller: who follows it, who is to be read after it, … */
	struct tail *tail;
	const struct tail *before;
	bool unclear; /* … and whether it could not be compared: the next look tries again */
};

struct candidates {
	array_of(struct candidate) list;
	size_t left_out;
	int error; /* why some could not be looked at; 0 where all could */
};

struct files;

/* `pattern` is a path; its last component may be a glob. -EINVAL where another one is. */
must_check int files_new(struct files **ret_files, const char *pattern);
void files_free(struct files **files);

const char *files_directory(const struct files *files);
bool files_is_glob(const struct files *files);

/* The place of a file that was once a candidate; `ret_place` has NAMES_MAX_BYTES + 1 bytes. */
void files_place(const struct files *files, const char *path, char *ret_place);

/* Whether a file of this name, without a folder, is the log's, or was before it was rotated; then
 * `ret_place` is as above. */
bool files_mean(const struct files *files, const char *name, char *ret_place);

/* Fills the list: rotated ones first, then the others, each from the oldest to the newest. -ENOENT
 * where the directory is missing, or why it cannot be read. */
must_check int files_scan(const struct files *files, struct candidates *candidates);
void files_forget(struct candidates *candidates);

/* Opens the file that was seen under the path, for reading; -ENOENT where another one is there by
 * now. Never a FIFO, device or directory: -EMEDIUMTYPE. -EPERM where a link leads to it that is
 * neither root's, ours, nor the file owner's: whoever may write to a log's directory could point it
 * at what only we may read. */
must_check int files_open(const struct candidate *candidate, int *ret_descriptor);

#endif
