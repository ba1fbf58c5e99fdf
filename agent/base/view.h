/* A view is bytes that somebody else owns: pointer and length, no terminator, any byte value. */
#ifndef AUTHMEDIC_BASE_VIEW_H
#define AUTHMEDIC_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

struct view {
	const char *data;
	size_t length;
};

#define VIEW(literal) ((struct view){("" literal), sizeof(literal) - 1})
/* For printf's "%.*s"; the bytes must be escaped first where they come from outside. */
#define VIEW_ARGUMENTS(view) (int)(view).length, (view).data

static inline struct view view_of(const char *data, size_t length)
{
	return (struct view){data, length};
}

/* `text` may be NULL: an empty view. */
static inline struct view view_of_text(const char *text)
{
	return (struct view){text, text != NULL ? strlen(text) : 0};
}

static inline bool view_is_empty(struct view view)
{
	return view.length == 0;
}

static inline bool view_equal(struct view a, struct view b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool view_equal_text(struct view view, const char *text)
{
	return view_equal(view, view_of_text(text));
}

bool view_equal_ignoring_case(struct view a, struct view b);
static inline bool view_starts_with(struct view view, struct view prefix)
{
	return view.length >= prefix.length &&
	       view_equal(view_of(view.data, prefix.length), prefix);
}

bool view_ends_with(struct view view, struct view suffix);
/* Whether `part` occurs in `view`, and where first; an empty part occurs everywhere. */
bool view_find(struct view view, struct view part, size_t *ret_offset);
bool view_contains(struct view view, struct view part);

/* `count` is cut down to what is there. */
static inline struct view view_skip(struct view view, size_t count)
{
	if (count > view.length)
		count = view.length;
	/* The data of an empty view may be NULL, to which nothing can be added. */
	return count == 0 ? view : view_of(view.data + count, view.length - count);
}

static inline struct view view_first(struct view view, size_t count)
{
	return view_of(view.data, count < view.length ? count : view.length);
}

/* Takes what stands before the first `separator` into *ret_head and leaves what follows it in
 * *view. Where there is none the whole view is taken, *view becomes empty, and it answers false.
 * The two may not be the same. */
bool view_cut(struct view *view, char separator, struct view *ret_head);

/* Without all of this byte at its end. */
static inline struct view view_without_end(struct view view, char byte)
{
	while (view.length > 0 && view.data[view.length - 1] == byte)
		view.length--;
	return view;
}

/* Without spaces and tabs at both ends. */
struct view view_trim(struct view view);

/* Decimal digits, all of the view. -EINVAL where it is anything else, -ERANGE where too large. */
must_check int view_to_uint64(struct view view, uint64_t *ret_value);
/* The same with an optional sign before the digits. */
must_check int view_to_int64(struct view view, int64_t *ret_value);

/* A NUL-terminated copy that the caller frees; NULL without memory. */
char *view_to_text(struct view view);

#endif
