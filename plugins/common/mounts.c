#include "common/mounts.h"

#include "common/processes.h"

#define MAX_MOUNTS_BYTES ((size_t)4 * 1024 * 1024)
#define DELETED          "//deleted"

enum { FIELD_ROOT = 4, FIELD_MOUNT_POINT = 5 };

/* Blanks, tabs, line ends and backslashes stand there as three octal digits. */
static void append_unescaped(struct buffer *text, struct view escaped)
{
	for (size_t i = 0; i < escaped.length; i++) {
		const char *at = escaped.data + i;

		if (*at != '\\' || i + 3 >= escaped.length || at[1] < '0' || at[1] > '3') {
			buffer_append_byte(text, *at);
			continue;
		}
		buffer_append_byte(
		    text, (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0')));
		i += 3;
	}
}

static struct view field_of(struct view line, int number)
{
	struct view field = {0};

	for (int i = 0; i < number; i++)
		view_cut(&line, ' ', &field);
	return field;
}

static bool is_at_or_above(struct view folder, struct view path)
{
	if (!view_starts_with(path, folder))
		return false;
	return folder.length == path.length || view_ends_with(folder, VIEW("/")) ||
	       path.data[folder.length] == '/';
}

bool mounts_says_deleted(struct view mountinfo, struct view path)
{
	size_t longest = 0;
	bool deleted = false;

	while (mountinfo.length > 0) {
		struct buffer auto_buffer point;
		struct view line;

		view_cut(&mountinfo, '\n', &line);
		buffer_init(&point, line.length + 1);
		append_unescaped(&point, field_of(line, FIELD_MOUNT_POINT));
		/* The deepest mount is the one that counts; of several the last. */
		if (point.length == 0 || point.length < longest ||
		    !is_at_or_above(buffer_view(&point), path))
			continue;
		longest = point.length;
		deleted = view_ends_with(field_of(line, FIELD_ROOT), VIEW(DELETED));
	}
	return deleted;
}

int mounts_is_deleted(int64_t process_id, const char *path, bool *ret_deleted)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, MAX_MOUNTS_BYTES);
	error = process_append(process_id, "mountinfo", &content);
	if (error == 0)
		*ret_deleted =
		    mounts_says_deleted(buffer_view(&content), view_of_text(path));
	return error;
}
