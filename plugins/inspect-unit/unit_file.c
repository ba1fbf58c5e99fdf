#include "inspect-unit/unit_file.h"

#include "base/buffer.h"

/* With those that go on with it; the bound is systemd's. */
#define MAX_LINE_BYTES ((size_t)1024 * 1024)

/* One of the blank-separated values of BindPaths=: [-]SOURCE[:DESTINATION[:OPTIONS]]. */
static void take_bind(const struct unit_file_watch *watch, struct view word)
{
	struct view source;

	if (view_starts_with(word, VIEW("-")))
		word = view_skip(word, 1);
	view_cut(&word, ':', &source);
	if (source.length > 0)
		watch->on_bind(watch->context, view_of(NULL, 0), source);
}

static void take_binds(const struct unit_file_watch *watch, struct view value)
{
	while (value.length > 0) {
		struct view word;

		view_cut(&value, ' ', &word);
		take_bind(watch, view_trim(word));
	}
}

/* ID:PATH; without a path systemd looks in its credential stores. */
static void take_credential(const struct unit_file_watch *watch, struct view value)
{
	struct view id;

	if (view_cut(&value, ':', &id) && id.length > 0 && value.length > 0)
		watch->on_credential(watch->context, id, value);
}

static void take_line(const struct unit_file_watch *watch, struct view line)
{
	struct view value = line, key;
	bool binds;

	if (!view_cut(&value, '=', &key))
		return;
	key = view_trim(key);
	value = view_trim(value);
	binds = view_equal_text(key, "BindPaths") || view_equal_text(key, "BindReadOnlyPaths");
	if (!binds && !view_equal_text(key, "LoadCredential"))
		return;
	if (value.length == 0)
		watch->on_reset(watch->context, key, value);
	else if (binds)
		take_binds(watch, value);
	else
		take_credential(watch, value);
}

/* An even number of them are such bytes, each escaped. */
static bool goes_on(struct view line)
{
	return (line.length - view_without_end(line, '\\').length) % 2 == 1;
}

static struct view without_blanks_before(struct view line)
{
	while (line.length > 0 && memchr(" \t\r", line.data[0], 3) != NULL)
		line = view_skip(line, 1);
	return line;
}

/* A comment may stand in the middle of what goes on. */
void unit_file_read(struct view text, const struct unit_file_watch *watch)
{
	struct buffer auto_buffer whole;

	buffer_init(&whole, MAX_LINE_BYTES);
	while (text.length > 0) {
		bool more;
		struct view line;

		view_cut(&text, '\n', &line);
		line = without_blanks_before(line);
		if (line.length > 0 && (line.data[0] == '#' || line.data[0] == ';'))
			continue;
		more = goes_on(line);
		buffer_append(&whole, more ? view_first(line, line.length - 1) : line);
		buffer_append_byte(&whole, ' ');
		if (more && text.length > 0)
			continue;
		if (buffer_error(&whole) == 0)
			take_line(watch, buffer_view(&whole));
		buffer_clear(&whole);
	}
}
