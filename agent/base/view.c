#include "base/view.h"

#include <errno.h>

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool view_equal_ignoring_case(struct view a, struct view b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

bool view_ends_with(struct view view, struct view suffix)
{
	return view.length >= suffix.length &&
	       view_equal(view_skip(view, view.length - suffix.length), suffix);
}

bool view_find(struct view view, struct view part, size_t *ret_offset)
{
	size_t offset = 0;

	while (part.length > 0 && offset + part.length <= view.length) {
		const char *first = memchr(
		    view.data + offset, part.data[0], view.length - part.length - offset + 1);

		if (first == NULL)
			return false;
		offset = (size_t)(first - view.data);
		if (memcmp(first, part.data, part.length) == 0)
			break;
		offset++;
	}
	if (offset + part.length > view.length)
		return false;
	*ret_offset = offset;
	return true;
}

bool view_contains(struct view view, struct view part)
{
	size_t offset;

	return view_find(view, part, &offset);
}

bool view_cut(struct view *view, char separator, struct view *ret_head)
{
	const char *found =
	    view->length > 0 ? memchr(view->data, separator, view->length) : NULL;

	if (found == NULL) {
		*ret_head = *view;
		*view = view_skip(*view, view->length);
		return false;
	}
	*ret_head = view_first(*view, (size_t)(found - view->data));
	*view = view_skip(*view, ret_head->length + 1);
	return true;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

struct view view_trim(struct view view)
{
	while (view.length > 0 && is_blank(view.data[0]))
		view = view_skip(view, 1);
	while (view.length > 0 && is_blank(view.data[view.length - 1]))
		view.length--;
	return view;
}

int view_to_uint64(struct view view, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (view.length == 0)
		return -EINVAL;
	for (size_t i = 0; i < view.length; i++) {
		if (view.data[i] < '0' || view.data[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(view.data[i] - '0'), &value))
			return -ERANGE;
	}
	*ret_value = value;
	return 0;
}

int view_to_int64(struct view view, int64_t *ret_value)
{
	bool negative = view.length > 0 && view.data[0] == '-';
	bool sign = negative || (view.length > 0 && view.data[0] == '+');
	uint64_t magnitude = 0;
	int error = view_to_uint64(view_skip(view, sign ? 1 : 0), &magnitude);

	if (error < 0)
		return error;
	if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return -ERANGE;
	*ret_value = (int64_t)(negative ? 0 - magnitude : magnitude);
	return 0;
}

char *view_to_text(struct view view)
{
	char *text = malloc(view.length + 1);

	if (text == NULL)
		return NULL;
	if (view.length > 0)
		memcpy(text, view.data, view.length);
	text[view.length] = '\0';
	return text;
}
