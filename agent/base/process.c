#include "base/process.h"

#include <errno.h>

#include "base/file.h"

#define MAX_STAT_BYTES 4096

/* proc(5) counts the fields of /proc/PID/stat from 1; the name, the second, may hold anything. */
enum { FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_START = 22 };

static int read_fields(struct view rest, struct process *process)
{
	struct view field = {0};

	for (int number = FIELD_STATE; number <= FIELD_START; number++) {
		int error = 0;

		view_cut(&rest, ' ', &field);
		if (number == FIELD_STATE)
			process->ended = view_equal_text(field, "Z") || view_equal_text(field, "X");
		else if (number == FIELD_PARENT)
			error = view_to_int64(field, &process->parent_id);
		else if (number == FIELD_START)
			error = view_to_uint64(field, &process->start_ticks);
		if (error < 0)
			return -EBADMSG;
	}
	return 0;
}

static int parse(struct view stat, struct process *process)
{
	size_t end = stat.length;
	struct view id, name;

	while (end > 0 && stat.data[end - 1] != ')')
		end--;
	name = view_first(stat, end > 0 ? end - 1 : 0);
	if (!view_cut(&name, '(', &id) || name.length >= sizeof(process->name))
		return -EBADMSG;
	memcpy(process->name, name.data, name.length);
	return read_fields(view_skip(stat, end + 1), process);
}

int process_read(int64_t process_id, struct process *ret_process)
{
	struct process process = {.process_id = process_id};
	struct buffer auto_buffer stat;
	char path[64];
	int error;

	buffer_init(&stat, MAX_STAT_BYTES);
	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)process_id);
	error = file_read(path, &stat);
	if (error < 0)
		return error == -ENOENT ? -ESRCH : error;
	error = parse(buffer_view(&stat), &process);
	if (error == 0)
		*ret_process = process;
	return error;
}
