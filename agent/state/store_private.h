/* What the files of the store share. */
#ifndef AUTHMEDIC_STATE_STORE_PRIVATE_H
#define AUTHMEDIC_STATE_STORE_PRIVATE_H

#include "state/database.h"
#include "state/store.h"
#include "state/store_file.h"

struct store {
	struct database *database;
	char *path; /* of its file, where it was opened */
	struct store_file_identity identity;
	char *log_path; /* of its write-ahead log */
	struct store_file_identity log; /* inode 0: it was not seen yet */
	const char *why_set_aside; /* the one before; NULL where it was sound */
};

#endif
