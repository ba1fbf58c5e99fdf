/* A database's tables as data: made, checked, and brought from an earlier version to this one. */
#ifndef AUTHMEDIC_STATE_SCHEMA_H
#define AUTHMEDIC_STATE_SCHEMA_H

#include "state/database.h"

#define SCHEMA_MAX_COLUMNS 16
#define SCHEMA_MAX_INDEXES 2

/* A table never changes. In place of one that no longer serves stands a new one with a name of its
 * own, filled from the old. */
struct schema_table {
	const char *name;
	const char *columns[SCHEMA_MAX_COLUMNS + 1];
	const char *id; /* a column of SQLite's own making, or NULL */
	const char *constraints;
	const char *indexes[SCHEMA_MAX_INDEXES + 1];
	int first_version; /* 0: as old as the oldest */
	int last_version; /* 0: still there */
	const char *columns_from; /* SELECT that fills it from the tables before, or NULL */
};

struct schema {
	int application_id;
	int version;
	int oldest_version;
	const struct schema_table *tables; /* by first_version, the oldest first */
	size_t table_count;
};

/* Makes the tables in an empty database, lets one through that has them, and brings one of an
 * earlier version up to date, in one transaction. -EBADMSG where the tables are not what they
 * were, -EPROTONOSUPPORT where another program, or a version that is newer or too old, made it. */
must_check int schema_prepare(struct database *database, const struct schema *schema);

#endif
