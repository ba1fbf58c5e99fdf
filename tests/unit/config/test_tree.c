/* Shows how one document is laid over another. */
#include "unit.h"

#include <errno.h>

#include "allocation.h"
#include "config/document.h"

#define MAX_TEXT_BYTES 4096

static const char *const named_lists[] = {"sites", "notify", NULL};

static struct document *parse(const char *name, const char *text)
{
	struct buffer auto_buffer errors;
	struct document *document = NULL;

	buffer_init(&errors, MAX_TEXT_BYTES);
	if (document_parse(&document, name, view_of_text(text), &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return document;
}

static void append(struct buffer *text, const struct node *node)
{
	bool is_mapping = node_kind(node) == NODE_MAPPING;

	if (node_kind(node) == NODE_SCALAR) {
		buffer_append_text(text, node_text(node));
		return;
	}
	buffer_append_text(text, is_mapping ? "{" : "[");
	for (size_t i = 0; i < node_count(node); i++) {
		buffer_append_text(text, i > 0 ? ", " : "");
		if (is_mapping)
			buffer_append_format(text, "%s: ", node_text(node_key(node, i)));
		append(text, node_item(node, i));
	}
	buffer_append_text(text, is_mapping ? "}" : "]");
}

static void check(const char *base, const char *overlay, const char *expected)
{
	struct document *first = parse("a.yml", base);
	struct document *second = parse("b.yml", overlay);
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	assert_int_equal(document_merge(first, second, named_lists), 0);
	append(&text, document_root(first));
	assert_string_equal(buffer_text(&text), expected);
	document_free(&first);
	document_free(&second);
}

static void test_values(unused_parameter void **state)
{
	check("{a: 1, b: 2}", "{b: 3, c: 4}", "{a: 1, b: 3, c: 4}");
	check("{a: {b: 1, c: {d: 2}}}", "{a: {c: {e: 3}}}", "{a: {b: 1, c: {d: 2, e: 3}}}");
	check("{a: [1, 2]}", "{a: [3]}", "{a: [3]}");
	check("{a: [1, 2]}", "{a: []}", "{a: []}");
	check("{a: {b: 1}}", "{a: 5}", "{a: 5}");
	check("{a: 5}", "{a: {b: 1}}", "{a: {b: 1}}");
	check("{a: [1]}", "{a: {b: 1}}", "{a: {b: 1}}");
	check("{a: {b: 1}}", "{a: [1]}", "{a: [1]}");
	check("{}", "{a: 1}", "{a: 1}");
	check("{a: 1}", "", "{a: 1}");
}

static void test_named_lists(unused_parameter void **state)
{
	check("{sites: [{name: a, x: 1}, {name: b}]}", "{sites: [{name: c}, {name: a, x: 2}]}",
	    "{sites: [{name: a, x: 2}, {name: b}, {name: c}]}");
	check("{notify: [{name: a}]}", "{notify: []}", "{notify: [{name: a}]}");
	/* Items without a name are kept, so that they are complained about. */
	check("{sites: [{x: 1}, 5]}", "{sites: [{x: 2}, {name: a}]}",
	    "{sites: [{x: 1}, 5, {x: 2}, {name: a}]}");
	check("{sites: 5}", "{sites: [{name: a}]}", "{sites: [{name: a}]}");
	check("{sites: [{name: a}]}", "{sites: 5}", "{sites: 5}");
	/* Only at the root; below it a list is replaced. */
	check("{a: {sites: [{name: a}]}}", "{a: {sites: [{name: b}]}}",
	    "{a: {sites: [{name: b}]}}");
	check("{sites: [{name: a, sites: [{name: b}]}]}",
	    "{sites: [{name: a, sites: [{name: c}]}]}",
	    "{sites: [{name: a, sites: [{name: c}]}]}");
}

static void test_no_mapping(unused_parameter void **state)
{
	struct document *list = parse("a.yml", "[a]");
	struct document *mapping = parse("b.yml", "{a: b}");

	assert_int_equal(document_merge(list, mapping, named_lists), -EINVAL);
	assert_int_equal(document_merge(mapping, list, named_lists), -EINVAL);
	document_free(&list);
	document_free(&mapping);
}

/* A value keeps the place where it was written, whichever file that was. */
static void test_places(unused_parameter void **state)
{
	struct document *first = parse("a.yml", "a: 1\nb: 2\n");
	struct document *second = parse("b.yml", "# comment\nb: 3\n");
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	assert_int_equal(document_merge(first, second, named_lists), 0);
	node_place(node_get(document_root(first), "a"), &text);
	buffer_append_byte(&text, ' ');
	node_place(node_get(document_root(first), "b"), &text);
	buffer_append_byte(&text, ' ');
	node_place(node_key(document_root(first), 1), &text);
	assert_string_equal(buffer_text(&text), "a.yml:1:4 b.yml:2:4 b.yml:2:1");
	document_free(&first);
	document_free(&second);
}

static void test_file_names(unused_parameter void **state)
{
	static const struct {
		const char *file;
		const char *name;
		bool is_named;
	} cases[] = {{"a.yml", "a", true}, {"/b/a.yml", "a", true}, {"/a/b.yml", "a", false},
	    {"/b/aa.yml", "a", false}, {"/b/a.yml", "aa", false}, {"/b/.yml", "", true},
	    {"/b/a.yml/", "a", false}};

	for (size_t i = 0; i < count_of(cases); i++) {
		struct document *document = parse(cases[i].file, "");

		assert_int_equal(
		    document_is_named(document, cases[i].name), cases[i].is_named);
		document_free(&document);
	}
}

/* Whichever allocation fails, both documents can still be freed. */
static void test_no_memory(unused_parameter void **state)
{
	int error = -ENOMEM;
	int count = 0;

	for (; error == -ENOMEM; count++) {
		struct document *first = parse("a.yml", "{a: [], b: {}, sites: [{name: a}]}");
		struct document *second = parse("b.yml",
		    "{c: 1, d: 2, e: 3, b: {c: 1}, sites: [{name: b}, {name: c}, {name: d}, "
		    "{name: e}]}");

		allocation_fail_after(count);
		error = document_merge(first, second, named_lists);
		allocation_restore();
		document_free(&first);
		document_free(&second);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 3, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_named_lists),
	    cmocka_unit_test(test_no_mapping),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_file_names),
	    cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
