#include "intake/repetition.h"

#include "intake/identity.h"

#define CHUNK_BYTES (64 * 1024)

/* More space at the end of a file than this is not searched for the text before it. */
#define MAX_SPACE_BYTES ((int64_t)64 * 1024 * 1024)

/* Cheap, and mostly enough to tell others. */
static int compare_heads(int own, int copy)
{
	char bytes[INTAKE_MARKER_BYTES];
	ssize_t length = read_at(copy, bytes, sizeof(bytes), 0);
	int error;

	if (length < 0)
		return (int)length;
	error = imprint_check(own, 0, imprint_of_head(view_of(bytes, (size_t)length)));
	return error == TOO_SHORT ? OTHER_BYTES : error;
}

static int compare(int own, int copy, int64_t start, size_t count)
{
	char own_bytes[INTAKE_MARKER_BYTES];
	char copy_bytes[INTAKE_MARKER_BYTES];
	ssize_t own_length = read_at(own, own_bytes, count, start);
	ssize_t copy_length = read_at(copy, copy_bytes, count, start);

	if (own_length < 0 || copy_length < 0)
		return (int)(own_length < 0 ? own_length : copy_length);
	return view_equal(
		   view_of(own_bytes, (size_t)own_length), view_of(copy_bytes, (size_t)copy_length))
	    ? 0
	    : OTHER_BYTES;
}

int repetition_text_end(int descriptor, int64_t *ret_end_bytes)
{
	static char chunk[CHUNK_BYTES];
	struct look look;
	int error = look_at_descriptor(descriptor, &look);
	int64_t end = look.size_bytes;

	if (error < 0)
		return error;
	while (end > 0 && look.size_bytes - end < MAX_SPACE_BYTES) {
		int64_t start = end > CHUNK_BYTES ? end - CHUNK_BYTES : 0;
		ssize_t length = read_at(descriptor, chunk, (size_t)(end - start), start);

		if (length < 0)
			return (int)length;
		while (length > 0 && chunk[length - 1] == '\0')
			length--;
		end = start + length;
		if (length > 0)
			break;
	}
	*ret_end_bytes = end;
	return 0;
}

/* Space that nobody has written to yet looks alike in all files, and its owner may have written to
 * it since: only what is before the end of the text tells. */
int repetition_check(int own, int copy)
{
	int64_t end = 0;
	size_t count;
	int error = compare_heads(own, copy);

	if (error == 0)
		error = repetition_text_end(copy, &end);
	if (error < 0)
		return error;
	if (end == 0)
		return OTHER_BYTES;
	count = end < INTAKE_MARKER_BYTES ? (size_t)end : INTAKE_MARKER_BYTES;
	error = compare(own, copy, 0, count);
	return error == 0 ? compare(own, copy, end - (int64_t)count, count) : error;
}
