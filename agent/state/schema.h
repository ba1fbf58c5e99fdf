/* The tables of the store. */
#ifndef AUTHMEDIC_STATE_SCHEMA_H
#define AUTHMEDIC_STATE_SCHEMA_H

#include "state/database.h"

/* Makes the tables in an empty database, and lets a database through that has them.
 * -EPROTONOSUPPORT where another program or another version of this one made it. */
must_check int schema_prepare(struct database *database);

#endif
