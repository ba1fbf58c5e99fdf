#include "common/krb5_config.h"

#include <errno.h>
#include <limits.h>

#include "base/file.h"
#include "common/processes.h"

#define MAX_CONFIG_BYTES ((size_t)1024 * 1024)
#define MAX_INCLUDES     256
#define WRITTEN_BY_SSSD  "/var/lib/sss/pubconf/krb5.include.d"

int krb5_config_of_process(int64_t process_id, struct buffer *path)
{
	int error =
	    process_append_text(process_id, "cmdline", "-Djava.security.krb5.conf=", path);

	return error == -ENOENT ? process_append_text(process_id, "environ", "KRB5_CONFIG=", path)
	                        : error;
}

/* The files still to be read: those that an include names, as they are found. */
struct includes {
	char paths[MAX_INCLUDES][PATH_MAX];
	size_t count;
};

/* SSSD writes its own whenever it starts, whatever they hold: their times tell of no change. */
static bool is_written_by_sssd(struct view folder)
{
	while (view_ends_with(folder, VIEW("/")))
		folder.length--;
	return view_equal_text(folder, WRITTEN_BY_SSSD);
}

static void take_include(struct includes *includes, struct file_times *times, struct view line)
{
	struct view word;

	line = view_trim(line);
	view_cut(&line, ' ', &word);
	line = view_trim(line);
	if (line.length == 0 || line.length >= PATH_MAX || line.data[0] != '/' ||
	    includes->count == MAX_INCLUDES)
		return;
	snprintf(includes->paths[includes->count], PATH_MAX, "%.*s", VIEW_ARGUMENTS(line));
	if (view_equal_text(word, "include"))
		includes->count++;
	else if (view_equal_text(word, "includedir") && !is_written_by_sssd(line))
		file_times_add(times, includes->paths[includes->count], NULL);
}

static void read_includes(struct includes *includes, struct file_times *times, const char *path)
{
	struct buffer auto_buffer content;
	struct view rest, line;

	buffer_init(&content, MAX_CONFIG_BYTES);
	file_times_add(times, path, NULL);
	if (file_read(path, &content) < 0)
		return;
	rest = buffer_view(&content);
	while (rest.length > 0) {
		view_cut(&rest, '\n', &line);
		take_include(includes, times, line);
	}
}

void krb5_config_times(struct file_times *times, const char *path)
{
	struct includes auto_free *includes = calloc(1, sizeof(*includes));

	if (includes == NULL)
		return;
	read_includes(includes, times, path);
	for (size_t i = 0; i < includes->count; i++)
		read_includes(includes, times, includes->paths[i]);
}
