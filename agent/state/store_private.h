/* What the files of the store share. */
#ifndef AUTHMEDIC_STATE_STORE_PRIVATE_H
#define AUTHMEDIC_STATE_STORE_PRIVATE_H

#include "state/database.h"
#include "state/store.h"

struct store {
	struct database *database;
	const char *why_set_aside; /* the one before; NULL where it was sound */
};

#endif
