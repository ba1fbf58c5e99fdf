/* Runs the example lines that stand beside the signatures. */
#include "parse/signatures.h"

#include <errno.h>

#include "config/document.h"
#include "parse/parser.h"

struct run {
	struct signatures *signatures;
	struct buffer *report;
	size_t example_count;
	int failures;
};

/* Reads the lines of an example one after the other; gives the last one, or the first with a
 * signal. False where the format does not read one of them. */
static bool read_as(
    struct run *run, const char *format, struct view lines, struct parsed *ret_parsed)
{
	struct parser *auto_call(parser_free) parser = NULL;
	struct view line;

	if (parser_new(&parser, format, run->signatures) < 0)
		return false;
	do {
		view_cut(&lines, '\n', &line);
		parser_line(parser, line, ret_parsed);
		if (ret_parsed->kind == LINE_UNPARSED)
			return false;
	} while (lines.length > 0 && !ret_parsed->has_signal);
	return true;
}

/* An example as the first format that reads it takes it: no two read the same error line. */
static void read_example(struct run *run, struct view lines, struct parsed *ret_parsed)
{
	for (const char *const *name = parser_formats(); *name != NULL; name++)
		if (read_as(run, *name, lines, ret_parsed))
			return;
}

/* `got` NULL: nothing. */
static void fail(struct run *run, const struct node *node, const char *message, const char *got)
{
	if (got != NULL)
		node_complain(node, run->report, "%s, but gives %s", message, got);
	else
		node_complain(node, run->report, "%s", message);
	run->failures++;
}

/* `id` NULL: no signature may match. */
static void run_example(struct run *run, const struct node *node, const char *id)
{
	struct parsed parsed = {.kind = LINE_UNPARSED};
	const char *got;

	run->example_count++;
	read_example(run, view_of_text(node_text(node)), &parsed);
	got = parsed.has_signal ? signatures_id(run->signatures, parsed.signal.signature) : NULL;
	if (parsed.kind == LINE_UNPARSED)
		fail(run, node, "no format reads this example", NULL);
	else if (id == NULL && got != NULL)
		fail(run, node, "this must not match", got);
	else if (id != NULL && got == NULL)
		fail(run, node, "this must match, but does not", NULL);
	else if (id != NULL && strcmp(id, got) != 0)
		fail(run, node, "this must match", got);
}

static void run_list(struct run *run, const struct node *list, const char *id)
{
	for (size_t i = 0; list != NULL && i < node_count(list); i++)
		run_example(run, node_item(list, i), id);
}

static int run_item(void *context, const struct node *item)
{
	struct run *run = context;
	const struct node *id = node_get(item, "id");
	const struct node *examples = node_get(item, "examples");

	if (id == NULL)
		return 0;
	if (examples == NULL || node_get(examples, "match") == NULL ||
	    node_get(examples, "no_match") == NULL) {
		fail(run, item, "a signature needs examples that match and examples that do not",
		    NULL);
		return 0;
	}
	run_list(run, node_get(examples, "match"), node_text(id));
	run_list(run, node_get(examples, "no_match"), NULL);
	return 0;
}

int signatures_test(const char *directory, struct buffer *report, size_t *ret_example_count)
{
	struct signatures *auto_call(signatures_free) signatures = NULL;
	struct run run = {.report = report};
	const struct document_items items = {"signatures", run_item, &run};
	int error = signatures_load(&signatures, directory, report);

	if (error < 0)
		return error;
	run.signatures = signatures;
	error = document_load_folder(directory, report, &items);
	if (error < 0)
		return error;
	*ret_example_count = run.example_count;
	return run.failures;
}
