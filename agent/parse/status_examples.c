/* Runs the example lines that stand beside the statuses. */
#include <errno.h>

#include "config/document.h"
#include "parse/parser.h"
#include "parse/statuses.h"

#define FIELDS                                                                                     \
	"#Fields: date time cs-method cs-uri-stem cs-username c-ip cs(User-Agent) sc-status "      \
	"sc-substatus sc-win32-status"

struct run {
	struct statuses *statuses;
	struct parser *parser;
	struct buffer *report;
	size_t example_count;
	int failures;
};

static void fail(struct run *run, const struct node *node, const char *message)
{
	node_complain(node, run->report, "%s", message);
	run->failures++;
}

/* Whether the line falls under the item: a class, or a meaning of sub-statuses. */
static bool falls_under(const struct run *run, const struct record *record, const struct node *item)
{
	const struct node *class = node_get(item, "class");
	const struct node *codes = node_get(item, "substatus");
	char code[16];

	if (class != NULL)
		return strcmp(status_class_name(statuses_class(run->statuses, record)),
			   node_text(class)) == 0;
	snprintf(code, sizeof(code), "%d", record->substatus);
	return codes != NULL && node_get(codes, code) != NULL;
}

static void run_list(
    struct run *run, const struct node *item, const struct node *list, bool must_match)
{
	if (list == NULL || node_count(list) == 0)
		fail(run, item, "an item needs examples under `match` and `no_match`");
	for (size_t i = 0; list != NULL && i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		struct parsed parsed;

		run->example_count++;
		parser_line(run->parser, view_of_text(node_text(node)), &parsed);
		if (parsed.kind != LINE_RECORD)
			fail(run, node, "this example has other fields than it should");
		else if (falls_under(run, &parsed.record, item) != must_match)
			fail(run, node,
			    must_match ? "this must fall under the item, but does not"
				       : "this must not fall under the item");
	}
}

static int run_item(void *context, const struct node *item)
{
	struct run *run = context;
	const struct node *examples = node_get(item, "examples");

	if (examples == NULL) {
		fail(run, item, "an item needs examples");
		return 0;
	}
	run_list(run, item, node_get(examples, "match"), true);
	run_list(run, item, node_get(examples, "no_match"), false);
	return 0;
}

int statuses_test(const char *directory, struct buffer *report, size_t *ret_example_count)
{
	struct statuses *auto_call(statuses_free) statuses = NULL;
	struct parser *auto_call(parser_free) parser = NULL;
	struct run run = {.report = report};
	const struct document_items items = {"statuses", run_item, &run};
	struct parsed header;
	int error = statuses_load(&statuses, directory, report);

	if (error == 0)
		error = parser_new(&parser, "iis-w3c", NULL);
	if (error < 0)
		return error;
	parser_line(parser, VIEW(FIELDS), &header);
	run.statuses = statuses;
	run.parser = parser;
	error = document_load_folder(directory, report, &items);
	if (error < 0)
		return error;
	*ret_example_count = run.example_count;
	return run.failures;
}
