/* Apache's configuration as Apache reads it: directives, sections and includes, one after the
 * other. */
#ifndef AUTHMEDIC_PLUGINS_APACHE_CONFIG_H
#define AUTHMEDIC_PLUGINS_APACHE_CONFIG_H

#include "base/buffer.h"

#define APACHE_MAX_PATH_BYTES 4096

struct apache_directive {
	const char *file;
	size_t line;
	struct view name;
	struct view arguments;
	/* The innermost section with authentication of its own (<Location>, <Directory>, <Files>,
	 * <If> …), by number in the order of the text; 0 outside of all. */
	size_t section;
};

struct apache_walk {
	void (*on_directive)(void *context, const struct apache_directive *directive);
	void *context;
	bool follows_includes;
	const char *server_root; /* for relative includes, until ServerRoot says otherwise */
};

/* Walks through a text that stands in that file. -errno, with the reason appended to `why`, where
 * it is not understood in full: an include that cannot be read or found. */
must_check int apache_config_walk_text(
    const struct apache_walk *walk, const char *file, struct view text, struct buffer *why);
must_check int apache_config_walk(
    const struct apache_walk *walk, const char *file, struct buffer *why);

/* Takes the next argument, without its quotes, off the front; false where there is none. */
bool apache_next_argument(struct view *arguments, struct view *ret_argument);

#endif
