#include "intake/head.h"

#include <errno.h>
#include <unistd.h>

#include "intake/files.h"
#include "intake/utf16.h"

static int read_all(int descriptor, size_t max_bytes, struct buffer *ret_head)
{
	char bytes[4096];
	ssize_t length = 1;

	while (length > 0 && max_bytes > 0) {
		length =
		    read(descriptor, bytes, max_bytes < sizeof(bytes) ? max_bytes : sizeof(bytes));
		if (length < 0)
			return -errno;
		buffer_append(ret_head, view_of(bytes, (size_t)length));
		max_bytes -= (size_t)length;
	}
	return buffer_error(ret_head);
}

int head_read(const char *pattern, size_t max_bytes, struct buffer *ret_head)
{
	struct candidates candidates = {0};
	struct files *files = NULL;
	int descriptor = -1;
	int error = files_new(&files, pattern);

	if (error == 0)
		error = files_scan(files, &candidates);
	if (error == 0 && candidates.list.count == 0)
		error = -ENOENT;
	if (error == 0)
		error = files_open(&candidates.list.items[candidates.list.count - 1], &descriptor);
	if (error == 0) {
		error = read_all(descriptor, max_bytes, ret_head);
		close(descriptor);
	}
	files_forget(&candidates);
	files_free(&files);
	return error;
}

const char *head_compressor(struct view start)
{
	static const struct {
		struct view magic;
		const char *name;
	} compressors[] = {
	    {{"\x1f\x8b", 2}, "gzip"},
	    {{"\x1f\x9d", 2}, "compress"},
	    {{"BZh", 3}, "bzip2"},
	    {{"\3757zXZ", 5}, "xz"},
	    {{"\x28\xb5\x2f\xfd", 4}, "zstd"},
	    {{"\x04\x22\x4d\x18", 4}, "lz4"},
	    {{"PK\x03\x04", 4}, "zip"},
	};

	for (size_t i = 0; i < count_of(compressors); i++)
		if (view_starts_with(start, compressors[i].magic))
			return compressors[i].name;
	return NULL;
}

/* An empty or NUL-filled beginning tells nothing. */
const char *head_refusal(struct view start)
{
	if (head_compressor(start) != NULL)
		return "compressed data";
	return utf16_begins(start) ? "UTF-16 text" : NULL;
}
