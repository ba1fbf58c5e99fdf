#include "inspect-unit/unit_file.h"

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

void unit_file_read(struct view text, const struct unit_file_watch *watch)
{
	while (text.length > 0) {
		struct view line;

		view_cut(&text, '\n', &line);
		line = view_trim(line);
		if (line.length > 0 && line.data[0] != '#' && line.data[0] != ';')
			take_line(watch, line);
	}
}
