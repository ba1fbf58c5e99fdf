#include "common/children.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_PIPES        1024
#define PIPE             "pipe:["
#define NGINX            "nginx"
#define SHUTTING_DOWN    "is shutting down" /* in the title of an old worker of nginx */
#define MAX_TITLE_BYTES  4096
#define STANDARD_FILES   3 /* which all generations inherit alike */

struct pipes {
	uint64_t numbers[MAX_PIPES];
	size_t count;
};

static bool has_pipe(const struct pipes *pipes, uint64_t number)
{
	for (size_t i = 0; i < pipes->count; i++)
		if (pipes->numbers[i] == number)
			return true;
	return false;
}

static bool read_pipe_number(int64_t process_id, const char *file, uint64_t *ret_number)
{
	char name[32], target[64];
	struct view text;

	snprintf(name, sizeof(name), "fd/%.20s", file);
	if (process_link(process_id, name, target, sizeof(target)) < 0)
		return false;
	text = view_of_text(target);
	if (!view_starts_with(text, VIEW(PIPE)) || !view_ends_with(text, VIEW("]")))
		return false;
	text = view_skip(text, sizeof(PIPE) - 1);
	text.length--;
	return view_to_uint64(text, ret_number) == 0;
}

/* The pipes that it holds open; false where we may not see them. */
static bool read_pipes(int64_t process_id, struct pipes *pipes)
{
	char path[64];
	const struct dirent *entry;
	DIR *folder;

	pipes->count = 0;
	snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)process_id);
	folder = opendir(path);
	if (folder == NULL)
		return false;
	while ((entry = readdir(folder)) != NULL && pipes->count < MAX_PIPES) {
		uint64_t file, number;

		if (view_to_uint64(view_of_text(entry->d_name), &file) == 0 &&
		    file >= STANDARD_FILES &&
		    read_pipe_number(process_id, entry->d_name, &number))
			pipes->numbers[pipes->count++] = number;
	}
	closedir(folder);
	return true;
}

static bool says_it_shuts_down(const struct process *process)
{
	struct buffer auto_buffer title;

	buffer_init(&title, MAX_TITLE_BYTES);
	return process_append_text(process->process_id, "cmdline", "", &title) == 0 &&
	       view_contains(buffer_view(&title), VIEW(SHUTTING_DOWN));
}

static bool shares_a_pipe(const struct process *process, const struct pipes *parents)
{
	struct pipes own;

	if (!read_pipes(process->process_id, &own))
		return false;
	for (size_t i = 0; i < own.count; i++)
		if (has_pipe(parents, own.numbers[i]))
			return true;
	return false;
}

static void add(struct children *children, const struct process *process)
{
	if (children->count == 0 || process->start_ticks < children->oldest.start_ticks)
		children->oldest = *process;
	if (children->count == 0 || process->start_ticks > children->newest.start_ticks)
		children->newest = *process;
	children->count++;
}

static void add_to_today(struct children *children, const struct process *process)
{
	if (!children->knows_generations ||
	    process->start_ticks < children->oldest_today.start_ticks)
		children->oldest_today = *process;
	children->knows_generations = true;
}

/* A parent talks to the children of its own generation over pipes, which it makes anew when it
 * reloads; nginx, which has none, says so. */
static bool is_of_today(const struct process *process, const struct pipes *parents)
{
	return shares_a_pipe(process, parents) ||
	       (strcmp(process->name, NGINX) == 0 && !says_it_shuts_down(process));
}

void children_find(
    struct children *ret_children, const struct processes *processes, const struct process *parent)
{
	struct children children = {0};
	struct pipes parents;
	bool may_see = read_pipes(parent->process_id, &parents);

	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process = &processes->items[i];

		if (process->parent_id != parent->process_id ||
		    strcmp(process->name, parent->name) != 0)
			continue;
		add(&children, process);
		if (may_see && is_of_today(process, &parents))
			add_to_today(&children, process);
		else
			children.old_count++;
	}
	*ret_children = children;
}
