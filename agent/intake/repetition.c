#include "intake/repetition.h"

#include "intake/identity.h"

#define CHUNK_BYTES (64 * 1024)

/* More space at the end of a file than this is not searched for the text before it. */
#define MAX_SPACE_BYTES ((int64_t)64 * 1024 * 1024)

/* Space that nobody has written to yet looks alike in all files, and its owner may have written to
 * it since: only the text before it tells. */
static int compare_start(int own, int copy)
{
	char bytes[INTAKE_MARKER_BYTES];
	ssize_t length = read_at(copy, bytes, sizeof(bytes), 0);
	int error;

	if (length < 0)
		return (int)length;
	error = imprint_check(own, 0, imprint_of_head(view_of(bytes, (size_t)length)));
	return error == TOO_SHORT ? OTHER_BYTES : error;
}

/* Where the space at the end of a file begins; 0 where there is no text before it, or too much of
 * it. */
static int find_text_end(int descriptor, int64_t size_bytes, int64_t *ret_end)
{
	static char chunk[CHUNK_BYTES];
	int64_t end = size_bytes;

	*ret_end = 0;
	while (end > 0 && size_bytes - end < MAX_SPACE_BYTES) {
		int64_t start = end > CHUNK_BYTES ? end - CHUNK_BYTES : 0;
		ssize_t length = read_at(descriptor, chunk, (size_t)(end - start), start);

		if (length < 0)
			return (int)length;
		while (length > 0 && chunk[length - 1] == '\0')
			length--;
		if (length > 0) {
			*ret_end = start + length;
			return 0;
		}
		end = start;
	}
	return 0;
}

static int compare_end(int own, int copy, int64_t end)
{
	char own_bytes[INTAKE_MARKER_BYTES];
	char copy_bytes[INTAKE_MARKER_BYTES];
	int64_t start = end > INTAKE_MARKER_BYTES ? end - INTAKE_MARKER_BYTES : 0;
	ssize_t own_length = read_at(own, own_bytes, (size_t)(end - start), start);
	ssize_t copy_length = read_at(copy, copy_bytes, (size_t)(end - start), start);

	if (own_length < 0 || copy_length < 0)
		return (int)(own_length < 0 ? own_length : copy_length);
	return view_equal(
		   view_of(own_bytes, (size_t)own_length), view_of(copy_bytes, (size_t)copy_length))
	    ? 0
	    : OTHER_BYTES;
}

int repetition_check(int own, int copy)
{
	struct look look;
	int64_t end = 0;
	int error = look_at_descriptor(copy, &look);

	if (error == 0)
		error = compare_start(own, copy);
	if (error == 0)
		error = find_text_end(copy, look.size_bytes, &end);
	if (error < 0)
		return error;
	return end > 0 ? compare_end(own, copy, end) : OTHER_BYTES;
}
