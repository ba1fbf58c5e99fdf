/* What the files of the store share. */
#ifndef AUTHMEDIC_STATE_STORE_PRIVATE_H
#define AUTHMEDIC_STATE_STORE_PRIVATE_H

#include "state/database.h"
#include "state/store.h"

struct store {
	struct database *database;
};

#endif
