/* When files were last changed: of a file, of all below a folder. */
#ifndef AUTHMEDIC_PLUGINS_FILE_TIMES_H
#define AUTHMEDIC_PLUGINS_FILE_TIMES_H

#include "base/view.h"

struct file_times {
	size_t count;        /* files looked at; the times are of the newest, where there are any */
	int64_t modified_ms; /* mtime, which a copy may set back */
	int64_t changed_ms;  /* ctime, which nothing sets back; a folder's is that of a new name */
};

/* Called for each file and folder. */
typedef void file_times_on_file(void *context, const char *path, int64_t changed_ms);

struct file_times_watch {
	file_times_on_file *on_file; /* or NULL */
	void *context;
};

/* Adds the file, or those below the folder; links to folders are not followed, and what cannot be
 * read or is not there adds nothing. */
void file_times_add(
    struct file_times *times, const char *path, const struct file_times_watch *watch);

#endif
