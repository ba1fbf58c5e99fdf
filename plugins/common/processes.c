#include "common/processes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"

#define MAX_PROCESSES     ((size_t)1 << 20)
#define MAX_DEPTH         64 /* of children under a process */
#define KERNEL_NAME_BYTES 15
#define MAX_COMMAND_BYTES ((size_t)256 * 1024)
#define MAX_STAT_BYTES    4096

int processes_read(struct processes *processes)
{
	DIR *folder = opendir("/proc");
	const struct dirent *entry;
	int error = 0;

	if (folder == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(folder)) != NULL) {
		struct process process;
		int64_t id;

		if (view_to_int64(view_of_text(entry->d_name), &id) == 0 &&
		    process_read(id, &process) == 0 && !process.ended)
			error = array_push(processes, process, MAX_PROCESSES);
	}
	closedir(folder);
	return error;
}

void processes_done(struct processes *processes)
{
	array_done(processes);
}

const struct process *processes_find(const struct processes *processes, int64_t process_id)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->items[i].process_id == process_id)
			return &processes->items[i];
	return NULL;
}

bool processes_descends(
    const struct processes *processes, const struct process *process, int64_t ancestor)
{
	for (int depth = 0; process != NULL && depth < MAX_DEPTH; depth++) {
		if (process->parent_id == ancestor)
			return true;
		process = processes_find(processes, process->parent_id);
	}
	return false;
}

static void put_path(char path[64], int64_t process_id, const char *name)
{
	snprintf(path, 64, "/proc/%lld/%s", (long long)process_id, name);
}

int process_append(int64_t process_id, const char *name, struct buffer *content)
{
	char path[64];

	put_path(path, process_id, name);
	return file_read(path, content);
}

int process_append_text(
    int64_t process_id, const char *name, const char *prefix, struct buffer *text)
{
	struct view wanted = view_of_text(prefix);
	struct buffer auto_buffer content;
	struct view rest, word;
	int error;

	buffer_init(&content, MAX_COMMAND_BYTES);
	error = process_append(process_id, name, &content);
	if (error < 0)
		return error;
	rest = buffer_view(&content);
	while (rest.length > 0) {
		view_cut(&rest, '\0', &word);
		if (view_starts_with(word, wanted)) {
			buffer_append(text, view_skip(word, wanted.length));
			return buffer_error(text);
		}
	}
	return -ENOENT;
}

int process_link(int64_t process_id, const char *name, char *ret_target, size_t target_bytes)
{
	char path[64];
	ssize_t length;

	put_path(path, process_id, name);
	length = readlink(path, ret_target, target_bytes);
	if (length < 0)
		return -errno;
	if ((size_t)length == target_bytes)
		return -ENAMETOOLONG;
	ret_target[length] = '\0';
	return 0;
}

static bool has_command_name(const struct process *process, struct view name)
{
	struct buffer auto_buffer command;
	struct view path, last;

	buffer_init(&command, MAX_COMMAND_BYTES);
	if (process_append_text(process->process_id, "cmdline", "", &command) < 0)
		return false;
	path = buffer_view(&command);
	while (view_cut(&path, '/', &last))
		;
	if (last.length > 2 && last.data[0] == '(' && last.data[last.length - 1] == ')')
		last = view_of(last.data + 1, last.length - 2);
	return view_equal(last, name);
}

bool process_has_name(const struct process *process, const char *name)
{
	struct view wanted = view_of_text(name);

	/* The kernel knows only the first bytes of a name. */
	return view_equal_text(view_first(wanted, KERNEL_NAME_BYTES), process->name) ||
	       has_command_name(process, wanted);
}

int process_status_number(struct view line, size_t number, uint32_t *ret_value)
{
	struct view field = {0};
	uint64_t value;
	int error;

	for (size_t i = 0; i <= number; i++) {
		line = view_trim(line);
		field = line;
		while (line.length > 0 && line.data[0] != ' ' && line.data[0] != '\t')
			line = view_skip(line, 1);
		field.length -= line.length;
	}
	error = view_to_uint64(field, &value);
	if (error < 0 || value > UINT32_MAX)
		return -EBADMSG;
	*ret_value = (uint32_t)value;
	return 0;
}

int process_real_user(int64_t process_id, uid_t *ret_uid)
{
	struct buffer auto_buffer status;
	struct view rest, line, name;
	int error;

	buffer_init(&status, PROCESS_MAX_STATUS_BYTES);
	error = process_append(process_id, "status", &status);
	rest = buffer_view(&status);
	while (error == 0 && view_cut(&rest, '\n', &line)) {
		view_cut(&line, ':', &name);
		if (view_equal_text(name, "Uid"))
			return process_status_number(line, 0, ret_uid);
	}
	return error < 0 ? error : -EBADMSG;
}

bool process_runs_on(const struct process *process)
{
	struct process now;

	return process_read(process->process_id, &now) == 0 && !now.ended &&
	    now.start_ticks == process->start_ticks;
}

int process_open(const struct process *process)
{
	int file = pidfd_open((pid_t)process->process_id, 0);

	if (file < 0)
		return -errno;
	if (process_runs_on(process))
		return file;
	close(file);
	return -ESRCH;
}

static int64_t clock_ms(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Read once, so that times of one run can be compared with each other. */
static int64_t boot_ms(void)
{
	static int64_t ms;

	if (ms == 0)
		ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
	return ms;
}

int64_t process_start_ms(const struct process *process)
{
	int64_t ticks_a_second = sysconf(_SC_CLK_TCK);

	return boot_ms() + (int64_t)process->start_ticks * 1000 / ticks_a_second;
}

/* ---------------------------------------------------------------------------------- origin */

/* Where a program's code, stack and arguments were put when it was loaded. */
enum { FIELD_START_CODE = 26, FIELD_START_STACK = 28, FIELD_ARGUMENTS = 48 };

struct layout {
	uint64_t start_code, start_stack, arguments;
};

static int read_layout(int64_t process_id, struct layout *ret_layout)
{
	struct layout layout = {0};
	struct buffer auto_buffer content;
	struct view rest, field;
	int error;

	buffer_init(&content, MAX_STAT_BYTES);
	error = process_append(process_id, "stat", &content);
	if (error < 0)
		return error;
	rest = buffer_view(&content);
	/* The name may hold anything; what follows its last bracket does not. */
	while (view_contains(rest, VIEW(")")))
		view_cut(&rest, ')', &field);
	rest = view_trim(rest);
	for (int number = 3; rest.length > 0; number++) {
		uint64_t value = 0;

		view_cut(&rest, ' ', &field);
		if (view_to_uint64(field, &value) < 0)
			continue;
		if (number == FIELD_START_CODE)
			layout.start_code = value;
		else if (number == FIELD_START_STACK)
			layout.start_stack = value;
		else if (number == FIELD_ARGUMENTS)
			layout.arguments = value;
	}
	/* Where we may not see them the kernel puts 0 and 1. */
	if (layout.start_code <= 1 || layout.start_stack <= 1)
		return -EACCES;
	*ret_layout = layout;
	return 0;
}

static bool are_addresses_random(void)
{
	struct buffer auto_buffer content;

	buffer_init(&content, 64);
	return file_read("/proc/sys/kernel/randomize_va_space", &content) == 0 &&
	       !view_starts_with(buffer_view(&content), VIEW("0"));
}

enum process_origin process_origin(const struct process *process)
{
	struct layout own, parents;

	if (!are_addresses_random() || read_layout(process->process_id, &own) < 0 ||
	    read_layout(process->parent_id, &parents) < 0)
		return ORIGIN_UNKNOWN;
	return own.start_code == parents.start_code && own.start_stack == parents.start_stack &&
	               own.arguments == parents.arguments
	           ? ORIGIN_FORK
	           : ORIGIN_EXEC;
}
