#include "state/store_tables.h"

#define VERSION        5
#define OLDEST_VERSION 4
#define APPLICATION_ID 0x61756d64 /* "aumd" */

/* Numbers that are unsigned in C are kept as the same 64 bits. */
static const struct schema_table tables[] = {
    {.name = "log",
	.columns = {"site TEXT", "pattern TEXT", "bytes INTEGER", "lines INTEGER",
	    "rotations INTEGER", "truncations INTEGER", "lost_bytes INTEGER",
	    "overlong_lines INTEGER", "parser_header BLOB"},
	.constraints = "PRIMARY KEY (site, pattern)"},
    {.name = "cursor",
	.columns = {"site TEXT", "pattern TEXT", "position INTEGER", "path BLOB", "device INTEGER",
	    "inode INTEGER", "birth_ns INTEGER", "offset_bytes INTEGER", "size_bytes INTEGER",
	    "marker_bytes INTEGER", "marker_hash INTEGER", "head_bytes INTEGER",
	    "head_hash INTEGER", "finished INTEGER", "header BLOB"},
	.constraints = "PRIMARY KEY (site, pattern, position),"
		       " FOREIGN KEY (site, pattern) REFERENCES log ON DELETE CASCADE"},
    {.name = "detector",
	.columns = {"site TEXT", "key BLOB", "value BLOB"},
	.constraints = "PRIMARY KEY (site, key)"},
    {.name = "value",
	.columns = {"site TEXT", "name TEXT", "value BLOB"},
	.constraints = "PRIMARY KEY (site, name)"},
    {.name = "incident",
	.columns = {"id TEXT", "site TEXT", "diagnosis TEXT", "state TEXT", "opened_ms INTEGER",
	    "changed_ms INTEGER", "closed_ms INTEGER", "evidence BLOB", "progress BLOB"},
	.constraints = "PRIMARY KEY (id)",
	.indexes = {"incident_by_time ON incident (opened_ms, id)",
	    "incident_by_site ON incident (site, opened_ms, id)"}},
    {.name = "event",
	.columns = {"incident TEXT", "position INTEGER", "time_ms INTEGER", "kind TEXT",
	    "text TEXT", "data BLOB"},
	.constraints = "PRIMARY KEY (incident, position),"
		       " FOREIGN KEY (incident) REFERENCES incident ON DELETE CASCADE"},
    {.name = "outbox",
	.columns = {"target TEXT", "message_id TEXT", "body BLOB", "created_ms INTEGER",
	    "due_ms INTEGER", "attempts INTEGER"},
	.id = "id INTEGER PRIMARY KEY AUTOINCREMENT",
	.constraints = "UNIQUE (target, message_id)",
	.indexes = {"outbox_by_target ON outbox (target, id)"}},
    {.name = "dead_letter",
	.columns = {"target TEXT", "message_id TEXT", "body BLOB", "created_ms INTEGER",
	    "given_up_ms INTEGER", "attempts INTEGER", "status INTEGER", "reason TEXT"},
	.id = "id INTEGER PRIMARY KEY AUTOINCREMENT",
	.constraints = "UNIQUE (target, message_id)",
	.first_version = 5},
};

const struct schema store_schema = {
    .application_id = APPLICATION_ID,
    .version = VERSION,
    .oldest_version = OLDEST_VERSION,
    .tables = tables,
    .table_count = count_of(tables),
};
