/* Typed arrays with a maximum. `struct { T *items; size_t count, capacity; }` is the whole type:
 *
 *	array_of(struct log) logs;            a member or local, zero-initialised
 *	array_push(&logs, log, MAX_LOGS)      0, -ENOSPC at the maximum, or -ENOMEM
 *	array_done(&logs)                     frees the items' memory, not what they point to */
#ifndef AUTHMEDIC_BASE_ARRAY_H
#define AUTHMEDIC_BASE_ARRAY_H

#include <errno.h>

#include "base/cleanup.h"

#define array_of(type)                                                                             \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count;                                                                      \
		size_t capacity;                                                                   \
	}

/* Grows to hold one more item; not called directly. */
must_check static inline int array_reserve(
    void **items, size_t count, size_t *capacity, const size_t limits[2])
{
	size_t item_bytes = limits[0];
	size_t wanted = *capacity == 0 ? 4 : *capacity * 2;
	void *grown;

	if (count >= limits[1])
		return -ENOSPC;
	if (count < *capacity)
		return 0;
	grown = realloc(*items, wanted * item_bytes);
	if (grown == NULL)
		return -ENOMEM;
	*items = grown;
	*capacity = wanted;
	return 0;
}

#define array_push(array, item, max_count)                                                         \
	({                                                                                         \
		void *items_ = (array)->items;                                                     \
		int error_ = array_reserve(&items_, (array)->count, &(array)->capacity,            \
		    (const size_t[2]){sizeof(*(array)->items), (max_count)});                      \
		(array)->items = items_;                                                           \
		if (error_ == 0)                                                                   \
			(array)->items[(array)->count++] = (item);                                 \
		error_;                                                                            \
	})

#define array_done(array)                                                                          \
	do {                                                                                       \
		free((array)->items);                                                              \
		(array)->items = NULL;                                                             \
		(array)->count = 0;                                                                \
		(array)->capacity = 0;                                                             \
	} while (0)

#endif
