/* The secrets and certificates that the configuration names: whether their files are there, and
 * whether what they hold is good, before anything relies on it. */
#ifndef AUTHMEDIC_DAEMON_NAMED_FILES_H
#define AUTHMEDIC_DAEMON_NAMED_FILES_H

#include "config/config.h"

struct named_file {
	const char *where; /* in the configuration */
	bool is_secret;	   /* or a certificate */
	const char *path;  /* NULL: none is named */
};

/* "secret" or "certificate". */
const char *named_file_what(const struct named_file *file);

/* Who would rather hear of a file that he cannot judge, not being the daemon's user, than have it
 * refused. */
struct unread_files {
	void (*on_file)(void *context, const struct named_file *file, const char *why);
	void *context;
};

/* What can be seen without reading any: each fault is appended as `place: message`. */
must_check int named_files_find(const struct config *config, struct buffer *errors);

/* Judges what the receivers, the fleet and the probes need. `unread` may be NULL. */
must_check int named_files_judge(
    const struct config *config, const struct unread_files *unread, struct buffer *errors);

/* The path; NULL where none is named, or where it cannot be judged and `unread` was told. */
const char *named_file_readable(const struct named_file *file, const struct unread_files *unread);

#endif
