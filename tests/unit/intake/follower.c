#include "faults.h"
#include "follower.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINES_BYTES (8 * 1024 * 1024)

struct follower follower;

int follower_open(unused_parameter void **state)
{
	follower = (struct follower){.now_ms = 1000};
	faults = (struct faults){0};
	snprintf(follower.directory, sizeof(follower.directory), "followed-%ld", (long)getpid());
	buffer_init(&follower.lines, MAX_LINES_BYTES);
	return mkdir(follower.directory, 0755);
}

int follower_close(unused_parameter void **state)
{
	DIR *directory = opendir(follower.directory);
	struct dirent *entry;

	intake_free(&follower.intake);
	buffer_done(&follower.lines);
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    unlink(in(entry->d_name)) < 0)
			rmdir(in(entry->d_name));
	if (directory != NULL)
		closedir(directory);
	return rmdir(follower.directory);
}

static void on_line(void *context, struct view line, bool new_file)
{
	struct follower *into = context;

	if (new_file) {
		buffer_append_byte(&into->lines, '^');
		into->header[0] = '\0';
	}
	if (view_starts_with(line, VIEW("@")))
		snprintf(into->header, sizeof(into->header), "%.*s", VIEW_ARGUMENTS(line));
	else
		buffer_append_text(&into->lines, into->header);
	buffer_append(&into->lines, line);
	buffer_append_byte(&into->lines, '|');
}

static void on_file(void *context, struct view header)
{
	struct follower *into = context;

	snprintf(into->header, sizeof(into->header), "%.*s", VIEW_ARGUMENTS(header));
}

static void keep_header(void *context, struct buffer *ret_header)
{
	const struct follower *into = context;

	buffer_append_text(ret_header, into->header);
}

void start(const char *pattern)
{
	struct intake_callbacks callbacks = {.on_line = on_line,
	    .on_file = on_file,
	    .keep_header = keep_header,
	    .context = &follower};

	assert_int_equal(intake_new(&follower.intake, in(pattern), &callbacks), 0);
	for (size_t i = 0; i < follower.cursor_count; i++)
		assert_int_equal(intake_restore(follower.intake, &follower.cursors[i]), 0);
	if (follower.cursor_count > 0)
		intake_restore_totals(follower.intake, &follower.totals);
	steps(1);
}

void stop(void)
{
	follower.cursor_count = intake_file_count(follower.intake);
	for (size_t i = 0; i < follower.cursor_count; i++) {
		struct view header;

		intake_file_cursor(follower.intake, i, &follower.cursors[i]);
		header = follower.cursors[i].header;
		snprintf(follower.headers[i], sizeof(follower.headers[i]), "%.*s",
		    VIEW_ARGUMENTS(header));
		follower.cursors[i].header = view_of_text(follower.headers[i]);
	}
	follower.totals = *intake_totals(follower.intake);
	intake_free(&follower.intake);
}

void steps(int seconds)
{
	while (seconds-- > 0) {
		follower.now_ms += 1000;
		intake_reconcile(follower.intake, follower.now_ms);
		for (int i = 0; intake_read(follower.intake, 64 * 1024); i++)
			assert_in_range(i, 0, 100000);
	}
}

void expect(const char *lines)
{
	assert_string_equal(buffer_text(&follower.lines), lines);
	buffer_clear(&follower.lines);
}

void expect_condition(enum intake_condition condition)
{
	const char *why = "";

	assert_int_equal(intake_condition(follower.intake, &why), condition);
}

const char *in(const char *name)
{
	static char paths[2][400];
	static int turn;

	turn = 1 - turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", follower.directory, name);
	return paths[turn];
}

void add_bytes(const char *name, const char *bytes, size_t length)
{
	int descriptor = open(in(name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes, length), length);
	close(descriptor);
}

void add(const char *name, const char *text)
{
	add_bytes(name, text, strlen(text));
}

void say(int descriptor, const char *text)
{
	assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

void move(const char *from, const char *to)
{
	assert_int_equal(rename(in(from), in(to)), 0);
}

void drop(const char *name)
{
	assert_int_equal(unlink(in(name)), 0);
}

void truncate_file(const char *name)
{
	assert_int_equal(truncate(in(name), 0), 0);
}

void copy_file(const char *from, const char *to)
{
	char bytes[4096];
	int source = open(in(from), O_RDONLY | O_CLOEXEC);
	ssize_t length;

	while ((length = read(source, bytes, sizeof(bytes))) > 0)
		add_bytes(to, bytes, (size_t)length);
	close(source);
}
