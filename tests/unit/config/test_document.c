/* Shows that a YAML file becomes a tree whose nodes know their place, and that every hostile file
 * is refused with the place of the trouble. */
#include "directory_fixture.h"
#include "allocation.h"

#include "config/document.h"

#define MAX_ERROR_BYTES 4096

static struct document *parse_good(const char *text)
{
	struct buffer auto_buffer errors;
	struct document *document = NULL;

	buffer_init(&errors, MAX_ERROR_BYTES);
	assert_int_equal(document_parse(&document, "a.yml", view_of_text(text), &errors), 0);
	assert_int_equal(errors.length, 0);
	return document;
}

static void refused(struct view bytes, const char *expected)
{
	struct buffer auto_buffer errors;
	struct document *document = NULL;

	buffer_init(&errors, MAX_ERROR_BYTES);
	assert_true(document_parse(&document, "a.yml", bytes, &errors) < 0);
	assert_null(document);
	assert_string_equal(buffer_text(&errors), expected);
}

static void assert_place(const struct node *node, const char *expected)
{
	struct buffer auto_buffer place;

	buffer_init(&place, MAX_ERROR_BYTES);
	node_place(node, &place);
	assert_string_equal(buffer_text(&place), expected);
}

static void test_tree(unused_parameter void **state)
{
	struct document *document = parse_good("mode: act\n"
	                                       "sites:\n"
	                                       "  - name: \"5\"\n"
	                                       "    logs: [ä, b]\n"
	                                       "  - x\n"
	                                       "empty:\n"
	                                       "block: |\n"
	                                       "  one\n"
	                                       "  two\n");
	const struct node *root = document_root(document);
	const struct node *sites = node_get(root, "sites");
	const struct node *site = node_item(sites, 0);

	assert_int_equal(node_kind(root), NODE_MAPPING);
	assert_int_equal(node_count(root), 4);
	assert_string_equal(node_text(root), "");
	assert_string_equal(node_text(node_key(root, 0)), "mode");
	assert_string_equal(node_text(node_item(root, 0)), "act");
	assert_false(node_is_quoted(node_item(root, 0)));
	assert_int_equal(node_kind(sites), NODE_SEQUENCE);
	assert_int_equal(node_count(sites), 2);
	assert_string_equal(node_text(node_get(site, "name")), "5");
	assert_true(node_is_quoted(node_get(site, "name")));
	assert_place(node_key(root, 1), "a.yml:2:1");
	assert_place(site, "a.yml:3:5");
	/* Columns count characters, not bytes. */
	assert_place(node_item(node_get(site, "logs"), 1), "a.yml:4:15");
	assert_int_equal(node_kind(node_get(root, "empty")), NODE_SCALAR);
	assert_string_equal(node_text(node_get(root, "empty")), "");
	assert_string_equal(node_text(node_get(root, "block")), "one\ntwo\n");
	assert_null(node_get(root, "missing"));
	assert_null(node_get(sites, "name"));
	assert_true(view_starts_with(document_bytes(document), VIEW("mode: act\n")));
	document_free(&document);
	assert_null(document);
	document_free(&document);
}

static void test_empty_files(unused_parameter void **state)
{
	static const char *const files[] = {"", "# nothing\n", "\n\n", "\xef\xbb\xbf"};

	for (size_t i = 0; i < count_of(files); i++) {
		struct document *document = parse_good(files[i]);

		assert_int_equal(node_kind(document_root(document)), NODE_MAPPING);
		assert_int_equal(node_count(document_root(document)), 0);
		assert_place(document_root(document), "a.yml:1:1");
		document_free(&document);
	}
}

static void test_byte_order_mark(unused_parameter void **state)
{
	/* The mark that Windows puts first is no column of the first line: more lines may follow,
	 * and mistakes behind it are where an editor shows them. */
	struct document *document = parse_good("\xef\xbb\xbfmode: act\r\nsites: []\r\n");
	const struct node *root = document_root(document);

	assert_string_equal(node_text(node_get(root, "mode")), "act");
	assert_place(node_get(root, "mode"), "a.yml:1:7");
	assert_place(node_get(root, "sites"), "a.yml:2:8");
	document_free(&document);
	refused(VIEW("\xef\xbb\xbf" "a: \x01\n"),
	    "a.yml:1:4: control characters are not allowed\n");
}

static void test_refused(unused_parameter void **state)
{
	refused(VIEW("a: &x 1\n"), "a.yml:1:4: anchors (&name) are not allowed\n");
	refused(VIEW("a: &x {}\n"), "a.yml:1:4: anchors (&name) are not allowed\n");
	refused(VIEW("a: 1\nb: *x\n"), "a.yml:2:4: aliases (*name) are not allowed\n");
	refused(VIEW("a: !!str 1\n"), "a.yml:1:4: tags (!name) are not allowed\n");
	refused(VIEW("a: !x [1]\n"), "a.yml:1:4: tags (!name) are not allowed\n");
	refused(VIEW("a: 1\nb: 2\na: 3\n"), "a.yml:3:1: this key is here twice\n");
	refused(VIEW("[a, b]: 1\n"), "a.yml:1:1: a key must be a plain word\n");
	refused(VIEW("a: 1\n---\nb: 1\n"), "a.yml:2:1: a second document in the file\n");
	refused(VIEW("a: \"x\\0y\"\n"), "a.yml:1:4: a control character in a value\n");
	refused(VIEW("a: \"\\x7f\"\n"), "a.yml:1:4: a control character in a value\n");
	refused(VIEW("a: b\n\tc: d\n"), "a.yml:2:1: found a tab character that violates "
					"indentation, "
					"while scanning a plain scalar that began in line 1\n");
	refused(VIEW("a:\n  - b\n c: d\n"),
	    "a.yml:3:2: did not find expected key, "
	    "while parsing a block mapping that began in line 1\n");
	refused(VIEW("a: [b\n"), "a.yml:2:1: did not find expected ',' or ']', "
				 "while parsing a flow sequence that began in line 1\n");
}

static void test_bytes_that_are_no_text(unused_parameter void **state)
{
	refused(VIEW("a: 1\nb: x\0y\n"), "a.yml:2:5: control characters are not allowed\n");
	refused(VIEW("\xc3\xa4: \xff\n"), "a.yml:1:4: invalid leading UTF-8 octet\n");
	refused(VIEW("a: \xc3"), "a.yml:1:4: incomplete UTF-8 octet sequence\n");
	refused(VIEW("\xff\xfe\x61\0"), "a.yml:1:1: the file is UTF-16: save it as UTF-8\n");
	refused(VIEW("\xfe\xff\0\x61"), "a.yml:1:1: the file is UTF-16: save it as UTF-8\n");
	refused(VIEW("\xff: 1\n"), "a.yml:1:1: invalid leading UTF-8 octet\n");
}

static void test_depth(unused_parameter void **state)
{
	struct document *document = parse_good("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]");

	document_free(&document);
	refused(VIEW("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"), "a.yml:1:17: nested too deep\n");
}

/* A megabyte of open brackets must not cost more than its first few. */
static void test_endless_nesting(unused_parameter void **state)
{
	struct buffer auto_buffer text;

	buffer_init(&text, DOCUMENT_MAX_BYTES);
	while (text.length < DOCUMENT_MAX_BYTES)
		buffer_append_byte(&text, '[');
	refused(buffer_view(&text), "a.yml:1:17: nested too deep\n");
}

static void test_too_many(unused_parameter void **state)
{
	struct buffer auto_buffer text;

	buffer_init(&text, DOCUMENT_MAX_BYTES + 1);
	for (int i = 0; i < 257; i++)
		buffer_append_format(&text, "k%d: 1\n", i);
	refused(buffer_view(&text), "a.yml:257:1: too many keys\n");
	buffer_clear(&text);
	for (int i = 0; i < 65536; i++)
		buffer_append_text(&text, "- x\n");
	refused(buffer_view(&text), "a.yml:65536:3: too many values in a file\n");
	while (buffer_error(&text) == 0)
		buffer_append_byte(&text, '#');
	refused(buffer_view(&text), "a.yml:1:1: the file is over 1 MiB\n");
}

/* Whichever allocation fails, the caller gets -ENOMEM and nothing leaks. */
static void test_no_memory(unused_parameter void **state)
{
	static const struct view text = VIEW("a: [1, {b: 2}]\nc: 3\n");
	int error = -ENOMEM;
	int count = 0;

	for (; error == -ENOMEM; count++) {
		struct document *document = NULL;
		struct buffer auto_buffer errors;

		buffer_init(&errors, MAX_ERROR_BYTES);
		allocation_fail_after(count);
		error = document_parse(&document, "a.yml", text, &errors);
		allocation_restore();
		assert_true(error == 0 || document == NULL);
		document_free(&document);
	}
	assert_int_equal(error, 0);
	assert_in_range(count, 10, 100);
}

static void load_refused(const char *file, const char *message)
{
	struct buffer auto_buffer errors;
	struct document *document = NULL;
	char expected[MAX_ERROR_BYTES];

	buffer_init(&errors, MAX_ERROR_BYTES);
	snprintf(expected, sizeof(expected), "%s:1:1: %s\n", file, message);
	assert_true(document_load(&document, file, &errors) < 0);
	assert_null(document);
	assert_string_equal(buffer_text(&errors), expected);
}

static void test_files(unused_parameter void **state)
{
	struct buffer auto_buffer large;
	struct buffer auto_buffer errors;
	struct document *document = NULL;
	char path[512];

	path_in(path, "missing.yml");
	load_refused(path, "No such file or directory");
	load_refused(directory, "this is a folder, not a file");
	path_in(path, "pipe.yml");
	assert_int_equal(mkfifo(path, 0600), 0);
	load_refused(path, "this is no regular file");
	buffer_init(&large, DOCUMENT_MAX_BYTES + 1);
	while (large.length < large.max_bytes)
		buffer_append_byte(&large, '#');
	write_in(path, "large.yml", buffer_view(&large));
	load_refused(path, "the file is over 1 MiB");
	write_in(path, "large.yml", view_first(buffer_view(&large), DOCUMENT_MAX_BYTES));
	buffer_init(&errors, MAX_ERROR_BYTES);
	assert_int_equal(document_load(&document, path, &errors), 0);
	assert_int_equal(document_bytes(document).length, DOCUMENT_MAX_BYTES);
	document_free(&document);
}

static void test_complaints(unused_parameter void **state)
{
	struct document *document = parse_good("a: 1\n");
	struct buffer auto_buffer errors;
	char overlong[2000];

	buffer_init(&errors, MAX_ERROR_BYTES);
	node_complain(node_get(document_root(document), "a"), &errors, "%d %s", 5, "\x1b[2J\n");
	assert_string_equal(buffer_text(&errors), "a.yml:1:4: 5 \\x1b[2J\\x0a\n");
	memset(overlong, 'x', sizeof(overlong) - 1);
	overlong[sizeof(overlong) - 1] = '\0';
	buffer_clear(&errors);
	node_complain(document_root(document), &errors, "%s", overlong);
	assert_in_range(errors.length, 300, 500);
	assert_true(view_ends_with(buffer_view(&errors), VIEW("x\n")));
	document_free(&document);
}

static int on_file(void *context, const char *file)
{
	struct buffer *seen = context;

	buffer_append_text(seen, strrchr(file, '/'));
	return view_ends_with(view_of_text(file), VIEW("stop.yml")) ? -EIO : 0;
}

static void test_each_file(unused_parameter void **state)
{
	static const char *const names[] = {"b.yml", ".hidden.yml", "a.yml", "c.yaml", "d.yml~"};
	struct buffer auto_buffer errors;
	struct buffer auto_buffer seen;
	char path[512];

	buffer_init(&errors, MAX_ERROR_BYTES);
	buffer_init(&seen, MAX_ERROR_BYTES);
	assert_int_equal(document_each_file(directory, &errors, on_file, &seen), 0);
	assert_int_equal(seen.length, 0);
	for (size_t i = 0; i < count_of(names); i++)
		write_in(path, names[i], VIEW(""));
	assert_int_equal(document_each_file(directory, &errors, on_file, &seen), 0);
	assert_string_equal(buffer_text(&seen), "/a.yml/b.yml");
	buffer_clear(&seen);
	write_in(path, "astop.yml", VIEW(""));
	assert_int_equal(document_each_file(directory, &errors, on_file, &seen), -EIO);
	assert_string_equal(buffer_text(&seen), "/a.yml/astop.yml");
	assert_int_equal(errors.length, 0);
	assert_int_equal(document_each_file("/nowhere/at all", &errors, on_file, &seen), -ENOENT);
	assert_string_equal(
	    buffer_text(&errors), "/nowhere/at all:1:1: No such file or directory\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tree),
	    cmocka_unit_test(test_empty_files),
	    cmocka_unit_test(test_byte_order_mark),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_bytes_that_are_no_text),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_endless_nesting),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_no_memory),
	    cmocka_unit_test_setup_teardown(test_files, make_directory, remove_directory),
	    cmocka_unit_test(test_complaints),
	    cmocka_unit_test_setup_teardown(test_each_file, make_directory, remove_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
