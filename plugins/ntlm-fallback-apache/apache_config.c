#include "ntlm-fallback-apache/apache_config.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#include "base/file.h"

#define MAX_FILE_BYTES ((size_t)4 * 1024 * 1024)
#define MAX_FILES      4096 /* includes in all, so that a circle ends */
#define MAX_DEPTH      32
#define MAX_NESTING    64 /* of sections */

struct walking {
	const struct apache_walk *walk;
	struct buffer *why;
	char server_root[APACHE_MAX_PATH_BYTES];
	size_t files;
	int depth;
	size_t last_section;
	size_t open[MAX_NESTING]; /* the number of each open section */
	size_t open_count;
};

struct place {
	const char *file;
	size_t line;
};

static int read_file(struct walking *walking, const char *path);

static int fail(struct walking *walking, const struct place *place, const char *what, int error)
{
	buffer_append_format(
	    walking->why, "%s:%zu: %s: %s", place->file, place->line, what, strerror(-error));
	return error;
}

bool apache_next_argument(struct view *arguments, struct view *ret_argument)
{
	struct view rest = view_trim(*arguments);
	char end = ' ';

	if (rest.length == 0)
		return false;
	if (rest.data[0] == '"' || rest.data[0] == '\'') {
		end = rest.data[0];
		rest = view_skip(rest, 1);
	} else {
		for (size_t i = 0; i < rest.length && rest.data[i] != ' '; i++)
			end = rest.data[i] == '\t' ? '\t' : end;
	}
	view_cut(&rest, end, ret_argument);
	*arguments = rest;
	return true;
}

/* ---------------------------------------------------------------------------------- includes */

static int include_folder(struct walking *walking, const char *path, const struct place *place)
{
	char pattern[APACHE_MAX_PATH_BYTES];
	glob_t found = {0};
	int error = 0;

	snprintf(pattern, sizeof(pattern), "%.4000s/*", path);
	if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE)
		error = -ENOMEM;
	for (size_t i = 0; i < found.gl_pathc && error == 0; i++) {
		struct stat status;

		if (stat(found.gl_pathv[i], &status) < 0)
			error = fail(walking, place, found.gl_pathv[i], -errno);
		else if (!S_ISDIR(status.st_mode))
			error = read_file(walking, found.gl_pathv[i]);
	}
	globfree(&found);
	return error;
}

static int include_one(struct walking *walking, const char *path, const struct place *place)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return fail(walking, place, path, -errno);
	return S_ISDIR(status.st_mode) ? include_folder(walking, path, place)
				       : read_file(walking, path);
}

static int include(struct walking *walking, struct view argument, const struct place *place)
{
	char pattern[2 * APACHE_MAX_PATH_BYTES];
	glob_t found = {0};
	int error = 0;

	if (view_contains(argument, VIEW("${")))
		return fail(walking, place, "an include with a variable", -ENOTSUP);
	snprintf(pattern, sizeof(pattern), "%s%s%.*s",
	    view_starts_with(argument, VIEW("/")) ? "" : walking->server_root,
	    view_starts_with(argument, VIEW("/")) ? "" : "/", (int)(argument.length % 4096),
	    argument.data);
	if (glob(pattern, 0, NULL, &found) == GLOB_NOSPACE)
		error = -ENOMEM;
	for (size_t i = 0; i < found.gl_pathc && error == 0; i++)
		error = include_one(walking, found.gl_pathv[i], place);
	globfree(&found);
	return error;
}

/* -------------------------------------------------------------------------------- directives */

/* Sections that only group or choose: what stands in them belongs to what stands around them. */
static bool is_transparent(struct view name)
{
	static const char *const names[] = {"<IfModule", "<IfDefine", "<IfVersion", "<IfFile",
	    "<IfDirective", "<IfSection", "<VirtualHost", "<RequireAll", "<RequireAny",
	    "<RequireNone", "<Limit", "<LimitExcept"};

	for (size_t i = 0; i < count_of(names); i++)
		if (view_equal_ignoring_case(name, view_of_text(names[i])))
			return true;
	return false;
}

static size_t present_section(const struct walking *walking)
{
	return walking->open_count > 0 ? walking->open[walking->open_count - 1] : 0;
}

static int take_section(struct walking *walking, struct view name, const struct place *place)
{
	if (view_starts_with(name, VIEW("</"))) {
		walking->open_count -= walking->open_count > 0;
		return 0;
	}
	if (walking->open_count == MAX_NESTING)
		return fail(walking, place, "sections in sections", -E2BIG);
	walking->open[walking->open_count] =
	    is_transparent(name) ? present_section(walking) : ++walking->last_section;
	walking->open_count++;
	return 0;
}

static void take_server_root(struct walking *walking, struct view arguments)
{
	struct view root;

	if (apache_next_argument(&arguments, &root))
		snprintf(walking->server_root, sizeof(walking->server_root), "%.*s",
		    (int)(root.length % APACHE_MAX_PATH_BYTES), root.data);
}

static int take_includes(struct walking *walking, struct view arguments, const struct place *place)
{
	struct view argument;
	int error = 0;

	while (error == 0 && apache_next_argument(&arguments, &argument))
		error = include(walking, argument, place);
	return error;
}

static bool is_include(struct view name)
{
	return view_equal_ignoring_case(name, VIEW("Include")) ||
	    view_equal_ignoring_case(name, VIEW("IncludeOptional"));
}

static int take_line(struct walking *walking, struct view line, const struct place *place)
{
	struct view rest = view_trim(line);
	struct apache_directive directive = {.file = place->file, .line = place->line};
	size_t length = 0;
	int error = 0;

	if (rest.length == 0 || rest.data[0] == '#')
		return 0;
	while (length < rest.length && strchr(" \t>", rest.data[length]) == NULL)
		length++;
	directive.name = view_first(rest, length);
	directive.arguments = view_trim(view_skip(rest, length));
	if (rest.data[0] == '<')
		error = take_section(walking, directive.name, place);
	directive.section = present_section(walking);
	if (error == 0)
		walking->walk->on_directive(walking->walk->context, &directive);
	if (error == 0 && view_equal_ignoring_case(directive.name, VIEW("ServerRoot")))
		take_server_root(walking, directive.arguments);
	if (error == 0 && walking->walk->follows_includes && is_include(directive.name))
		error = take_includes(walking, directive.arguments, place);
	return error;
}

/* A line that ends in a backslash goes on in the next. */
static int read_text(struct walking *walking, const char *file, struct view text)
{
	struct buffer auto_buffer whole;
	struct place place = {file, 0};
	int error = 0;

	buffer_init(&whole, MAX_FILE_BYTES);
	while (text.length > 0 && error == 0) {
		struct view line;

		view_cut(&text, '\n', &line);
		place.line++;
		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		if (view_ends_with(line, VIEW("\\"))) {
			line.length--;
			buffer_append(&whole, line);
			continue;
		}
		buffer_append(&whole, line);
		error = take_line(walking, buffer_view(&whole), &place);
		if (error == 0)
			error = buffer_error(&whole);
		buffer_clear(&whole);
	}
	return error;
}

static int read_file(struct walking *walking, const char *path)
{
	struct buffer auto_buffer content;
	int error = walking->files++ < MAX_FILES && walking->depth < MAX_DEPTH ? 0 : -ELOOP;

	buffer_init(&content, MAX_FILE_BYTES);
	if (error == 0)
		error = file_read(path, &content);
	if (error < 0)
		return fail(walking, &(const struct place){path, 0}, "cannot be read", error);
	walking->depth++;
	error = read_text(walking, path, buffer_view(&content));
	walking->depth--;
	return error;
}

static void start(struct walking *walking, const struct apache_walk *walk, struct buffer *why)
{
	*walking = (struct walking){.walk = walk, .why = why};
	snprintf(walking->server_root, sizeof(walking->server_root), "%s",
	    walk->server_root != NULL ? walk->server_root : "");
}

int apache_config_walk_text(
    const struct apache_walk *walk, const char *file, struct view text, struct buffer *why)
{
	struct walking walking;

	start(&walking, walk, why);
	return read_text(&walking, file, text);
}

int apache_config_walk(const struct apache_walk *walk, const char *file, struct buffer *why)
{
	struct walking walking;

	start(&walking, walk, why);
	return read_file(&walking, file);
}
