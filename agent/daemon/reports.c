#include "daemon/reports.h"

#include <errno.h>

#define PROBE     "probe"
#define INSPECTOR "inspector "

/* Names under these are no inspector's to tell. */
static const char *const reserved[] = {
    "probe.", "ticket.", "window.", "signals.", "site.", "server.", NULL};
/* Names under these are a probe's. */
static const char *const of_probe[] = {"probe.", "ticket.", "clock.", NULL};

static bool is_under(const char *name, const char *const *prefixes)
{
	for (size_t i = 0; prefixes[i] != NULL; i++)
		if (view_starts_with(view_of_text(name), view_of_text(prefixes[i])))
			return true;
	return false;
}

struct reporter {
	const char *source;
	const char *const *prefixes;
	bool may; /* tell what is under the prefixes, and nothing else; or the other way round */
};

static int take(struct facts *facts, const struct report *report, const struct reporter *reporter,
    size_t *skipped)
{
	const struct fact origin = {.source = reporter->source, .time_ms = report->time_ms};
	struct facts auto_call(facts_free) *told = NULL;
	size_t bad = 0;
	int error = facts_new(&told);

	if (error == 0)
		error = facts_read_lines(told, report->lines, &origin, &bad);
	*skipped += bad;
	for (size_t i = 0; error == 0 && i < facts_count(told); i++) {
		const struct fact *fact = facts_at(told, i);

		if (is_under(fact->name, reporter->prefixes) != reporter->may) {
			(*skipped)++;
			continue;
		}
		error = facts_set(facts, *fact);
	}
	return error;
}

int reports_take_probe(struct facts *facts, const struct report *report, size_t *ret_skipped)
{
	static const struct reporter probe = {PROBE, of_probe, true};
	size_t skipped = 0;
	int error;

	facts_clear(facts, "probe.");
	facts_clear(facts, "ticket.");
	facts_clear_source(facts, PROBE);
	error = take(facts, report, &probe, &skipped);
	*ret_skipped = skipped;
	return error;
}

/* Takes the lines up to the next head off the front. */
static struct view take_section(struct view *lines)
{
	struct view section = *lines;
	struct view line;

	while (lines->length > 0 && lines->data[0] != '@')
		view_cut(lines, '\n', &line);
	section.length -= lines->length;
	return section;
}

static int take_inspector(
    struct facts *facts, const struct report *section, struct view name, size_t *skipped)
{
	char source[sizeof(INSPECTOR) + FACTS_MAX_NAME_BYTES];
	const struct reporter inspector = {source, reserved, false};

	if (name.length > FACTS_MAX_NAME_BYTES)
		return -EBADMSG;
	snprintf(source, sizeof(source), INSPECTOR "%.*s", VIEW_ARGUMENTS(name));
	return take(facts, section, &inspector, skipped);
}

int reports_take_inspection(struct facts *facts, const struct report *report, size_t *ret_skipped)
{
	struct view rest = report->lines;
	size_t skipped = 0;
	int error = 0;

	facts_clear_source(facts, INSPECTOR);
	while (error == 0 && rest.length > 0) {
		struct report section = {.time_ms = report->time_ms};
		struct view head = view_of(NULL, 0);

		if (rest.data[0] == '@')
			view_cut(&rest, '\n', &head);
		section.lines = take_section(&rest);
		error = take_inspector(facts, &section, view_skip(head, 1), &skipped);
	}
	*ret_skipped = skipped;
	return error;
}
