/* What keeps a detector's rows, as the store would, for the tests of detect/. */
#ifndef AUTHMEDIC_TESTS_DETECT_KEEPER_H
#define AUTHMEDIC_TESTS_DETECT_KEEPER_H

#include <errno.h>

#include "detect/row.h"
#include "unit.h"

#define MAX_ROWS 4096

struct kept_row {
	char key[ROW_KEY_BYTES];
	char *value;
	size_t length;
};

struct keeper {
	struct kept_row rows[MAX_ROWS];
	size_t count;
	size_t puts;
	size_t fail_after; /* 0: never */
};

static inline struct kept_row *keeper_find(struct keeper *keeper, struct view key)
{
	for (size_t i = 0; i < keeper->count; i++)
		if (memcmp(keeper->rows[i].key, key.data, ROW_KEY_BYTES) == 0)
			return &keeper->rows[i];
	return NULL;
}

static inline int on_row(void *context, struct view key, struct view value)
{
	struct keeper *keeper = context;
	struct kept_row *row;

	assert_int_equal(key.length, ROW_KEY_BYTES);
	keeper->puts++;
	if (keeper->fail_after > 0 && --keeper->fail_after == 0)
		return -ENOSPC;
	row = keeper_find(keeper, key);
	if (row == NULL && !view_is_empty(value)) {
		assert_true(keeper->count < MAX_ROWS);
		row = &keeper->rows[keeper->count++];
		memcpy(row->key, key.data, ROW_KEY_BYTES);
		row->value = NULL;
	}
	if (row == NULL)
		return 0;
	free(row->value);
	if (view_is_empty(value)) {
		*row = keeper->rows[--keeper->count];
		return 0;
	}
	row->value = malloc(value.length);
	assert_non_null(row->value);
	memcpy(row->value, value.data, value.length);
	row->length = value.length;
	return 0;
}

static inline void keeper_clear(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->count; i++)
		free(keeper->rows[i].value);
	keeper->count = 0;
}

#endif
