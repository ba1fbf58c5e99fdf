#include "cli/replay_logs.h"

#include "base/file.h"
#include "intake/files.h"
#include "intake/identity.h"
#include "intake/names.h"

#define MAX_PATH_BYTES ((size_t)64 * 1024)

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The name that the file had before it was compressed; false where it is too long for one. */
static bool name_before_gzip(const char *path, char ret_name[NAMES_MAX_BYTES + 1])
{
	struct view name = view_of_text(name_of(path));

	if (view_ends_with(name, VIEW(".gz")))
		name.length -= strlen(".gz");
	if (name.length > NAMES_MAX_BYTES)
		return false;
	memcpy(ret_name, name.data, name.length);
	ret_name[name.length] = '\0';
	return true;
}

/* Cuts off what stands behind the last slash. */
static struct view cut_last(struct view *path)
{
	size_t start = path->length;
	struct view last;

	while (start > 0 && path->data[start - 1] != '/')
		start--;
	last = view_skip(*path, start);
	path->length = start > 0 ? start - 1 : 0;
	return last;
}

size_t replay_likeness(const struct config_log *log, const char *path, char *ret_place)
{
	struct view configured = view_of_text(log->path);
	struct view given = view_of_text(path);
	char name[NAMES_MAX_BYTES + 1];
	char place[NAMES_MAX_BYTES + 1];
	struct files *files = NULL;
	size_t same = 1;
	bool meant;

	if (!name_before_gzip(path, name) || name[0] == '\0' ||
	    files_new(&files, log->path) < 0)
		return 0;
	meant = files_mean(files, name, place);
	files_free(&files);
	if (!meant)
		return 0;
	if (ret_place != NULL)
		snprintf(ret_place, NAMES_MAX_BYTES + 1, "%s", place);
	cut_last(&configured);
	cut_last(&given);
	while (configured.length > 0 && given.length > 0 &&
	       view_equal(cut_last(&configured), cut_last(&given)))
		same++;
	return same;
}

/* ---- of which log a file is */

struct match {
	const struct config_site *site;
	const struct config_log *log; /* NULL: of none that is configured */
	char place[NAMES_MAX_BYTES + 1];
};

/* A file that no site names is read as the first site's, in the format that it shows. */
static struct match match_file(const struct config *config, const char *path)
{
	struct match match = {.site = &config->sites.items[0]};
	char name[NAMES_MAX_BYTES + 1];
	size_t best = 0;

	if (!name_before_gzip(path, name))
		name[0] = '\0';
	if (!names_before_rotation(name, NAMES_BEHIND, match.place))
		memcpy(match.place, name, sizeof(name));
	for (size_t i = 0; i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];

		for (size_t j = 0; j < site->logs.count; j++) {
			char place[NAMES_MAX_BYTES + 1];
			size_t likeness = replay_likeness(&site->logs.items[j], path, place);

			if (likeness <= best)
				continue;
			best = likeness;
			match.site = site;
			match.log = &site->logs.items[j];
			memcpy(match.place, place, sizeof(place));
		}
	}
	return match;
}

static char *path_of_place(const char *path, const char *place)
{
	struct buffer auto_buffer joined;

	buffer_init(&joined, MAX_PATH_BYTES);
	buffer_append(&joined, view_of(path, (size_t)(name_of(path) - path)));
	buffer_append_text(&joined, place);
	return buffer_error(&joined) < 0 ? NULL : view_to_text(buffer_view(&joined));
}

/* Names of days in one folder: numbers in the folder's own name tell logs apart. */
static bool are_series(const char *a, const char *b)
{
	size_t folder_bytes = (size_t)(name_of(a) - a);

	return folder_bytes == (size_t)(name_of(b) - b) && memcmp(a, b, folder_bytes) == 0 &&
	    names_are_series(name_of(a), name_of(b));
}

static bool is_configured_as(const struct replay_log *log, const struct match *match)
{
	return log->log.path == (match->log != NULL ? match->log->path : log->place);
}

/* Names of days are one log, whether a glob or nothing at all is configured for them. */
static struct replay_log *find_log(
    struct replay_logs *logs, const struct match *match, const char *place)
{
	for (size_t i = 0; i < logs->list.count; i++) {
		struct replay_log *log = &logs->list.items[i];

		if (log->site == match->site &&
		    (strcmp(log->place, place) == 0 ||
			(is_configured_as(log, match) && are_series(log->place, place))))
			return log;
	}
	return NULL;
}

static size_t count_logs(const struct replay_logs *logs, const struct config_site *site)
{
	size_t count = 0;

	for (size_t i = 0; i < logs->list.count; i++)
		count += logs->list.items[i].site == site;
	return count;
}

/* Takes the place over. */
static int add_log(struct replay_logs *logs, const struct invocation *invocation,
    const struct match *match, char *place)
{
	struct replay_log log = {.site = match->site, .place = place};
	int error;

	if (match->log != NULL)
		log.log = *match->log;
	else
		log.log = (struct config_log){.path = place, .format = (char *)"auto"};
	if (invocation->format != NULL) {
		log.log.format = (char *)invocation->format;
		log.log.logformat = NULL;
		/* They name the members of JSON lines. */
		if (strcmp(invocation->format, "json") != 0)
			log.log.fields = (struct config_log_fields){0};
	}
	error = count_logs(logs, match->site) < REPLAY_MAX_LOGS
	    ? array_push(&logs->list, log, REPLAY_MAX_FILES)
	    : -ENOSPC;
	if (error < 0)
		free(place);
	return error;
}

static int add_path(struct replay_log *log, const char *path)
{
	char *copy = view_to_text(view_of_text(path));
	int error = copy != NULL ? array_push(&log->files, copy, REPLAY_MAX_FILES) : -ENOMEM;

	if (error < 0)
		free(copy);
	return error;
}

static int add_file(struct replay_logs *logs, const struct invocation *invocation,
    const struct match *match, const char *path)
{
	char *place = path_of_place(path, match->place);
	struct replay_log *log;
	int error;

	if (place == NULL)
		return -ENOMEM;
	log = find_log(logs, match, place);
	if (log == NULL) {
		error = add_log(logs, invocation, match, place);
		if (error < 0)
			return error;
		log = &logs->list.items[logs->list.count - 1];
	} else {
		free(place);
	}
	return add_path(log, path);
}

/* ---- the files of the configuration */

static int add_matching(struct replay_logs *logs, const struct invocation *invocation,
    const struct match *match, struct files *files)
{
	struct candidates candidates = {0};
	int error = files_scan(files, &candidates);

	/* Then it is told as a file that is not there. */
	if (error == 0 && candidates.list.count == 0)
		error = add_file(logs, invocation, match, match->log->path);
	for (size_t i = 0; error == 0 && i < candidates.list.count; i++) {
		struct match one = *match;

		if (candidates.list.items[i].rotated)
			continue;
		snprintf(one.place, sizeof(one.place), "%s", candidates.list.items[i].place);
		error = add_file(logs, invocation, &one, candidates.list.items[i].path);
	}
	files_forget(&candidates);
	return error;
}

static int add_configured(struct replay_logs *logs, const struct invocation *invocation,
    const struct config_site *site, const struct config_log *log)
{
	struct match match = {.site = site, .log = log};
	struct files *files = NULL;
	int error = files_new(&files, log->path);

	if (error < 0)
		return error;
	snprintf(match.place, sizeof(match.place), "%s", name_of(log->path));
	error = files_is_glob(files) ? add_matching(logs, invocation, &match, files)
				     : add_file(logs, invocation, &match, log->path);
	files_free(&files);
	return error;
}

/* ---- in which order */

/* The younger one has the later date, the smaller number, or no number at all. */
static bool is_younger(const char *a, const char *b)
{
	char name_a[NAMES_MAX_BYTES + 1];
	char name_b[NAMES_MAX_BYTES + 1];
	int age;

	if (!name_before_gzip(a, name_a) || !name_before_gzip(b, name_b))
		return false;
	age = names_compare_age(name_a, name_b);
	return age > 0 || (age == 0 && names_is_later(name_a, name_b));
}

/* By insertion, so that those whose names do not tell stay as they were given. */
static void put_in_order(struct replay_log *log)
{
	for (size_t i = 1; i < log->files.count; i++) {
		char *file = log->files.items[i];
		size_t at = i;

		while (at > 0 && is_younger(log->files.items[at - 1], file)) {
			log->files.items[at] = log->files.items[at - 1];
			at--;
		}
		log->files.items[at] = file;
	}
}

/* ---- what is given twice */

struct given {
	const struct config_site *site;
	const char *path;
	bool is_there;
	struct look look;
};

static bool seem_the_same(const struct given *a, const struct given *b)
{
	struct view path_a = view_of_text(a->path);
	struct view path_b = view_of_text(b->path);

	if (a->site != b->site)
		return false;
	if (a->is_there && b->is_there && identity_equal(a->look.identity, b->look.identity))
		return true;
	if (view_ends_with(path_a, VIEW(".gz")))
		path_a.length -= strlen(".gz");
	if (view_ends_with(path_b, VIEW(".gz")))
		path_b.length -= strlen(".gz");
	return view_equal(path_a, path_b);
}

static void tell_if_given_before(const struct given *given, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!seem_the_same(&given[i], &given[count]))
			continue;
		complain(EXIT_DONE, "%s and %s seem to be the same: their lines count twice",
		    given[i].path, given[count].path);
		return;
	}
}

/* Whoever names them by a pattern may get a log before and after it was compressed. */
static void tell_what_is_given_twice(const struct replay_logs *logs)
{
	struct given auto_free *given = calloc(REPLAY_MAX_FILES, sizeof(*given));
	size_t count = 0;

	if (given == NULL)
		return;
	for (size_t i = 0; i < logs->list.count; i++) {
		const struct replay_log *log = &logs->list.items[i];

		for (size_t j = 0; j < log->files.count && count < REPLAY_MAX_FILES; j++) {
			const char *path = log->files.items[j];

			given[count] = (struct given){.site = log->site, .path = path};
			given[count].is_there = look_at_path(path, &given[count].look) == 0;
			tell_if_given_before(given, count++);
		}
	}
}

static int collect(
    struct replay_logs *logs, const struct invocation *invocation, const struct config *config)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < invocation->argument_count; i++) {
		struct match match = match_file(config, invocation->arguments[i]);

		error = add_file(logs, invocation, &match, invocation->arguments[i]);
	}
	for (size_t i = 0; invocation->argument_count == 0 && i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];

		for (size_t j = 0; error == 0 && j < site->logs.count; j++)
			error = add_configured(logs, invocation, site, &site->logs.items[j]);
	}
	return error;
}

int replay_logs_collect(
    struct replay_logs *logs, const struct invocation *invocation, const struct config *config)
{
	int error = collect(logs, invocation, config);

	for (size_t i = 0; i < logs->list.count; i++)
		put_in_order(&logs->list.items[i]);
	if (error == 0)
		tell_what_is_given_twice(logs);
	if (error == -ENOSPC)
		return complain(EXIT_USAGE, "at most %d files at once, of %d logs of a site",
		    REPLAY_MAX_FILES, REPLAY_MAX_LOGS);
	return error < 0 ? complain(EXIT_UNAVAILABLE, "the logs cannot be found: %s",
			       strerror(-error))
			 : EXIT_DONE;
}

int64_t replay_logs_bytes(const struct replay_logs *logs)
{
	int64_t sum = 0;

	for (size_t i = 0; i < logs->list.count; i++) {
		for (size_t j = 0; j < logs->list.items[i].files.count; j++) {
			int64_t bytes;

			if (file_size(logs->list.items[i].files.items[j], &bytes) < 0)
				return 0;
			sum += bytes;
		}
	}
	return sum;
}

void replay_logs_done(struct replay_logs *logs)
{
	for (size_t i = 0; i < logs->list.count; i++) {
		struct replay_log *log = &logs->list.items[i];

		for (size_t j = 0; j < log->files.count; j++)
			free(log->files.items[j]);
		array_done(&log->files);
		free(log->place);
	}
	array_done(&logs->list);
}
