#include "base/table.h"

#include <errno.h>

/* uthash's defaults would end the process without memory and hash without a seed. */
#define HASH_NONFATAL_OOM      1
#define uthash_nonfatal_oom(e) ((e)->lost = true)
#define HASH_FUNCTION(keyptr, keylen, hashv)                                                       \
	((hashv) = (unsigned)hash_bytes(seed, view_of((const char *)(keyptr), (keylen))))
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	bool lost;
	_Alignas(8) char bytes[]; /* the key, padded to 8, then the value */
};

struct table {
	struct table_options options;
	size_t value_offset;
	struct entry *head;
	uint64_t refused_total;
};

int table_new(struct table **ret_table, const struct table_options *options)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return -ENOMEM;
	table->options = *options;
	table->value_offset = (options->key_bytes + 7) & ~(size_t)7;
	*ret_table = table;
	return 0;
}

void table_free(struct table **table)
{
	if (*table == NULL)
		return;
	table_clear(*table);
	free(*table);
	*table = NULL;
}

size_t table_count(const struct table *table)
{
	return HASH_COUNT(table->head);
}

uint64_t table_refused_total(const struct table *table)
{
	return table->refused_total;
}

static struct entry *find(struct table *table, const void *key)
{
	const struct hash_seed *seed = &table->options.seed;
	struct entry *entry = NULL;

	HASH_FIND(hh, table->head, key, table->options.key_bytes, entry);
	return entry;
}

void *table_find(struct table *table, const void *key)
{
	struct entry *entry = find(table, key);

	return entry != NULL ? entry->bytes + table->value_offset : NULL;
}

static struct entry *add(struct table *table, const void *key)
{
	const struct hash_seed *seed = &table->options.seed;
	struct entry *entry =
	    calloc(1, sizeof(*entry) + table->value_offset + table->options.value_bytes);

	if (entry == NULL)
		return NULL;
	memcpy(entry->bytes, key, table->options.key_bytes);
	HASH_ADD_KEYPTR(hh, table->head, entry->bytes, table->options.key_bytes, entry);
	if (entry->lost) {
		free(entry);
		return NULL;
	}
	return entry;
}

int table_put(struct table *table, const void *key, void **ret_value)
{
	struct entry *entry = find(table, key);

	if (entry == NULL && table_count(table) >= table->options.max_entries) {
		table->refused_total++;
		return -ENOSPC;
	}
	if (entry == NULL)
		entry = add(table, key);
	if (entry == NULL)
		return -ENOMEM;
	*ret_value = entry->bytes + table->value_offset;
	return 0;
}

bool table_remove(struct table *table, const void *key)
{
	struct entry *entry = find(table, key);

	if (entry == NULL)
		return false;
	HASH_DEL(table->head, entry);
	free(entry);
	return true;
}

void table_clear(struct table *table)
{
	struct entry *entry = table->head;

	/* Forgets the entries, which stay linked. */
	HASH_CLEAR(hh, table->head);
	while (entry != NULL) {
		struct entry *next = entry->hh.next;

		free(entry);
		entry = next;
	}
}

bool table_next(struct table *table, void **cursor, const void **ret_key, void **ret_value)
{
	/* The cursor holds the entry to visit next, so that the visited one may be removed;
	 * the table's own address marks the end. */
	struct entry *entry = *cursor == NULL ? table->head : *cursor;

	if (entry == NULL || (void *)entry == (void *)table) {
		*cursor = table;
		return false;
	}
	*cursor = entry->hh.next != NULL ? entry->hh.next : (void *)table;
	if (ret_key != NULL)
		*ret_key = entry->bytes;
	*ret_value = entry->bytes + table->value_offset;
	return true;
}
