#include "intake/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intake/names.h"

struct files {
	char *directory;
	char *name; /* what stands behind the last slash */
	bool is_glob;
};

static bool has_glob(const char *text)
{
	return strpbrk(text, "*?[") != NULL;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

int files_new(struct files **ret_files, const char *pattern)
{
	const char *name = last_component(pattern);
	size_t length = (size_t)(name - pattern);
	struct files *files = calloc(1, sizeof(*files));
	int error = -ENOMEM;

	if (files == NULL)
		return -ENOMEM;
	files->directory = length > 0 ? strndup(pattern, length > 1 ? length - 1 : 1) : strdup(".");
	files->name = strdup(name);
	if (files->directory == NULL || files->name == NULL)
		goto fail;
	error = -EINVAL;
	if (name[0] == '\0' || strlen(name) > NAMES_MAX_BYTES || has_glob(files->directory))
		goto fail;
	files->is_glob = has_glob(name);
	*ret_files = files;
	return 0;
fail:
	files_free(&files);
	return error;
}

void files_free(struct files **files)
{
	if (*files == NULL)
		return;
	free((*files)->directory);
	free((*files)->name);
	free(take_pointer(*files));
}

const char *files_directory(const struct files *files)
{
	return files->directory;
}

bool files_is_glob(const struct files *files)
{
	return files->is_glob;
}

static bool is_meant(const struct files *files, const char *name)
{
	if (files->is_glob)
		return fnmatch(files->name, name, FNM_PERIOD) == 0;
	return strcmp(files->name, name) == 0;
}

static void candidate_done(struct candidate *candidate)
{
	free(candidate->path);
	free(candidate->place);
}

void files_forget(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->list.count; i++)
		candidate_done(&candidates->list.items[i]);
	array_done(&candidates->list);
}

/* Follows a link to the file itself. */
static int resolve(struct candidate *candidate)
{
	char *target;

	if (!S_ISLNK(candidate->look.mode))
		return 0;
	if (candidate->rotated)
		return -ENOENT; /* nobody rotates by links; the file itself is found anyhow */
	target = realpath(candidate->path, NULL);
	if (target == NULL)
		return -errno;
	free(candidate->path);
	candidate->path = target;
	candidate->linked = true;
	candidate->link_owner = candidate->look.owner;
	return look_at_path(target, &candidate->look);
}

/* Adds DIRECTORY/NAME to the list. What is gone meanwhile is no error. */
static int add(struct candidates *candidates, const char *directory, const char *name,
    struct candidate candidate)
{
	int error = -ENOMEM;

	if (asprintf(&candidate.path, "%s/%s", directory, name) < 0)
		candidate.path = NULL;
	candidate.place = strdup(candidate.place);
	if (candidate.path == NULL || candidate.place == NULL)
		goto fail;
	error = look_at_path(candidate.path, &candidate.look);
	if (error == 0)
		error = resolve(&candidate);
	if (error < 0)
		goto fail;
	error = array_push(&candidates->list, candidate, FILES_MAX_CANDIDATES);
	if (error < 0)
		goto fail;
	return 0;
fail:
	candidate_done(&candidate);
	if (error == -ENOSPC)
		candidates->left_out++;
	else if (error != -ENOENT)
		candidates->error = error;
	return error == -ENOMEM ? error : 0;
}

/* The name that `name` had before it was rotated, where that is one of the log's. A file that the
 * glob means itself counts as rotated only where the other one is there too. */
static bool was_meant(
    const struct files *files, int directory, const char *name, char ret_base[NAMES_MAX_BYTES + 1])
{
	bool meant = is_meant(files, name);

	for (enum names_way way = 0; way < NAMES_WAYS; way++) {
		if (!names_before_rotation(name, way, ret_base) || !is_meant(files, ret_base))
			continue;
		if (!meant || faccessat(directory, ret_base, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	return false;
}

void files_place(const struct files *files, const char *path, char *ret_place)
{
	const char *name = files->is_glob ? last_component(path) : files->name;
	int directory = -1;
	bool rotated = false;

	if (files->is_glob) {
		directory = open(files->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
		rotated = was_meant(files, directory, name, ret_place);
	}
	if (!rotated)
		snprintf(ret_place, NAMES_MAX_BYTES + 1, "%s", name);
	if (directory >= 0)
		close(directory);
}

bool files_mean(const struct files *files, const char *name, char *ret_place)
{
	if (is_meant(files, name))
		snprintf(ret_place, NAMES_MAX_BYTES + 1, "%s", name);
	else if (!was_meant(files, -1, name, ret_place))
		return false;
	return true;
}

static int consider(
    const struct files *files, int directory, const char *name, struct candidates *candidates)
{
	char base[NAMES_MAX_BYTES + 1];

	if (names_is_compressed(name))
		return 0;
	if (!files->is_glob && is_meant(files, name))
		return 0; /* was added first */
	if (was_meant(files, directory, name, base))
		return add(candidates, files->directory, name,
		    (struct candidate){.place = base, .rotated = true});
	if (is_meant(files, name))
		return add(
		    candidates, files->directory, name, (struct candidate){.place = (char *)name});
	return 0;
}

static int read_directory(const struct files *files, struct candidates *candidates)
{
	DIR *directory = opendir(files->directory);
	struct dirent *entry;
	int error = 0;

	if (directory == NULL)
		return -errno;
	while (error == 0 && (entry = readdir(directory)) != NULL)
		error = consider(files, dirfd(directory), entry->d_name, candidates);
	closedir(directory);
	return error;
}

static int compare_times(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_candidates(const void *pointer_a, const void *pointer_b)
{
	const struct candidate *a = pointer_a;
	const struct candidate *b = pointer_b;
	int order = (int)b->rotated - (int)a->rotated;

	if (order == 0 && a->rotated)
		order = strcmp(a->place, b->place);
	if (order == 0 && a->rotated)
		order = names_compare_age(a->path, b->path);
	if (order == 0)
		order = compare_times(a->look.modified_ns, b->look.modified_ns);
	return order != 0 ? order : strverscmp(a->path, b->path);
}

/* Where the log's path is a link, rotation goes on in the directory of the file itself. */
static int scan_behind_link(const struct files *files, struct candidates *candidates)
{
	const struct candidate *first = candidates->list.items;
	struct files *behind = NULL;
	size_t count = candidates->list.count;
	int error;

	if (files->is_glob || count == 0 || !first->linked)
		return 0;
	error = files_new(&behind, first->path);
	if (error == 0)
		error = read_directory(behind, candidates);
	files_free(&behind);
	for (size_t i = count; i < candidates->list.count; i++) {
		free(candidates->list.items[i].place);
		candidates->list.items[i].place = strdup(files->name);
		if (candidates->list.items[i].place == NULL)
			return -ENOMEM;
	}
	return error == -ENOMEM ? error : 0; /* it may be closed to us; the file itself is not */
}

int files_scan(const struct files *files, struct candidates *candidates)
{
	int error = 0;

	if (!files->is_glob)
		error = add(candidates, files->directory, files->name,
		    (struct candidate){.place = files->name});
	if (error == 0)
		error = scan_behind_link(files, candidates);
	if (error == 0)
		error = read_directory(files, candidates);
	/* A directory that lets us through but not look around still gives the log itself. */
	if (error == -EACCES && candidates->list.count > 0)
		error = 0;
	if (candidates->list.count > 0)
		qsort(candidates->list.items, candidates->list.count,
		    sizeof(*candidates->list.items), compare_candidates);
	return error;
}

int files_open(const struct candidate *candidate, int *ret_descriptor)
{
	struct look look;
	int descriptor =
	    open(candidate->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	int error;

	if (descriptor < 0)
		return -errno;
	error = look_at_descriptor(descriptor, &look);
	/* What was rotated since the look stands under another name, and here stands another. */
	if (error == 0 && !identity_equal(look.identity, candidate->look.identity))
		error = -ENOENT;
	if (error == 0 && !S_ISREG(look.mode))
		error = -EMEDIUMTYPE;
	if (error == 0 && candidate->linked && candidate->link_owner != 0 &&
	    candidate->link_owner != geteuid() && candidate->link_owner != look.owner)
		error = -EPERM;
	if (error < 0) {
		close(descriptor);
		return error;
	}
	*ret_descriptor = descriptor;
	return 0;
}
