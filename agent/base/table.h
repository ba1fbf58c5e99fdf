/* A bounded hash table with seeded hashing: fixed-size keys to fixed-size values, both zeroed
 * plain data. uthash does the work. Entries keep their address until they are removed. */
#ifndef AUTHMEDIC_BASE_TABLE_H
#define AUTHMEDIC_BASE_TABLE_H

#include "base/hash.h"

struct table;

struct table_options {
	size_t key_bytes;
	size_t value_bytes;
	size_t max_entries;
	struct hash_seed seed;
};

must_check int table_new(struct table **ret_table, const struct table_options *options);
void table_free(struct table **table);

size_t table_count(const struct table *table);
/* How often an entry was refused because the table was full. */
uint64_t table_refused_total(const struct table *table);

/* The value stored under the key, or NULL. */
void *table_find(struct table *table, const void *key);
/* Finds the entry or adds a zeroed one; -ENOSPC when full (counted), -ENOMEM. */
must_check int table_put(struct table *table, const void *key, void **ret_value);
/* True where there was such an entry. */
bool table_remove(struct table *table, const void *key);
void table_clear(struct table *table);

/* Walks the entries in the order they were added; the current one may be removed meanwhile.
 * Start with *cursor = NULL; false at the end. ret_key may be NULL. */
bool table_next(struct table *table, void **cursor, const void **ret_key, void **ret_value);

#endif
