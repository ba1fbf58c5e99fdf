/* The file of the store: made where it is missing, private, and opened with all its tables. */
#ifndef AUTHMEDIC_STATE_STORE_FILE_H
#define AUTHMEDIC_STATE_STORE_FILE_H

#include "state/database.h"

struct store_file_identity {
	uint64_t device, inode;
	int64_t bytes; /* its length, as it was then */
};

/* `path` is that of the file in `directory`. -EBADMSG where it is damaged, -EPROTONOSUPPORT where
 * another program or a later version wrote it, -EBUSY where somebody has it open. */
must_check int store_file_open(
    struct database **ret_database, const char *directory, const char *path);

/* Which file that is, whoever has it open. */
must_check int store_file_identify(const char *path, struct store_file_identity *ret_identity);

/* Whether files can be made in the directory: -ENOTDIR, -EACCES …. */
must_check int store_file_check_directory(const char *directory);

#endif
