#include "common/file_times.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "common/plugin.h"

#define MAX_FILES 16384

struct walk {
	struct file_times *times;
	const struct file_times_watch *watch;
};

static void take(const struct walk *walk, const char *path, const struct stat *status)
{
	struct file_times *times = walk->times;
	int64_t modified_ms = plugin_ms(status->st_mtim);
	int64_t changed_ms = plugin_ms(status->st_ctim);

	if (times->count == 0 || modified_ms > times->modified_ms)
		times->modified_ms = modified_ms;
	if (times->count == 0 || changed_ms > times->changed_ms)
		times->changed_ms = changed_ms;
	times->count++;
	if (walk->watch != NULL && walk->watch->on_file != NULL)
		walk->watch->on_file(walk->watch->context, path, changed_ms);
}

/* The places still to be looked at, a path each; those below come behind those above. */
struct places {
	struct buffer paths; /* NUL-terminated each */
	size_t next;
};

static void add_place(struct places *places, const char *folder, const char *name)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s", folder, name);

	if (length > 0 && (size_t)length < sizeof(path) &&
	    (size_t)length + 1 <= places->paths.max_bytes - places->paths.length)
		buffer_append(&places->paths, view_of(path, (size_t)length + 1));
}

static void add_entries(struct places *places, const char *folder)
{
	const struct dirent *entry;
	DIR *open_folder = opendir(folder);

	if (open_folder == NULL)
		return;
	while ((entry = readdir(open_folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			add_place(places, folder, entry->d_name);
	closedir(open_folder);
}

/* A link is what it leads to, but no folder: so nothing is walked twice or for ever. */
static void look(const struct walk *walk, struct places *places, const char *path)
{
	struct stat status, own;

	if (stat(path, &status) < 0 || lstat(path, &own) < 0)
		return;
	if (S_ISREG(status.st_mode)) {
		take(walk, path, &status);
	} else if (S_ISDIR(status.st_mode) && !S_ISLNK(own.st_mode)) {
		take(walk, path, &status);
		add_entries(places, path);
	}
}

void file_times_add(
    struct file_times *times, const char *path, const struct file_times_watch *watch)
{
	const struct walk walk = {times, watch};
	struct places places = {0};
	char at[PATH_MAX];

	buffer_init(&places.paths, (size_t)MAX_FILES * 64);
	look(&walk, &places, path);
	while (places.next < places.paths.length && times->count < MAX_FILES) {
		/* What is added may move the buffer. */
		snprintf(at, sizeof(at), "%s", places.paths.data + places.next);
		places.next += strlen(at) + 1;
		look(&walk, &places, at);
	}
	buffer_done(&places.paths);
}
