#include "unit.h"

#include <errno.h>
#include <math.h>
#include <cjson/cJSON.h>

#include "base/json.h"

static void assert_prints(const struct json *json, const char *expected)
{
	struct buffer auto_buffer buffer;

	buffer_init(&buffer, 100000);
	assert_int_equal(json_print(json, &buffer), 0);
	assert_string_equal(buffer_text(&buffer), expected);
}

static struct json *parse(const char *text)
{
	struct json *json = NULL;

	assert_int_equal(json_parse(view_of_text(text), &json), 0);
	return json;
}

/* A tree of every kind prints on one line in the order of putting. */
static void prints_trees(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();
	struct json *list;

	json_put_text(tree, "text", "a\"b");
	json_put_int(tree, "int", 42);
	json_put_number(tree, "number", 0.5);
	json_put_bool(tree, "bool", true);
	json_put_null(tree, "null");
	list = json_put_array(tree, "list");
	json_add_text(list, "x");
	json_put_int(json_add_object(list), "y", -1);
	json_put_object(tree, "empty");
	json_put_time(tree, "time", 0);
	json_put_time(tree, "never", -1);
	assert_prints(tree,
	    "{\"text\":\"a\\\"b\",\"int\":42,\"number\":0.5,\"bool\":true,\"null\":null,"
	    "\"list\":[\"x\",{\"y\":-1}],\"empty\":{},\"time\":\"1970-01-01T00:00:00.000Z\"}");
}

/* No text drives a terminal or turns a line around, and all come back as they were. */
static void escapes_what_fools_terminals(unused_parameter void **state)
{
	static const char text[] = "a\x1b[1m\x7f\xc2\x80\xc2\x9b[2J\xc2\x9f\xe2\x80\x8e\xe2\x80\xa8"
				   "\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9z";
	static const char kept[] =
	    "\xc2\xa0\xc3\xa9\xe2\x80\x8d\xe2\x80\xa6\xe2\x81\xaa\xe2\x82\xac";
	struct json auto_json *tree = json_object_new();
	struct json auto_json *again = NULL;
	struct buffer auto_buffer buffer;

	json_put_text(tree, "t", text);
	json_put_text(tree, "k", kept);
	buffer_init(&buffer, 1000);
	assert_int_equal(json_print(tree, &buffer), 0);
	assert_string_equal(buffer_text(&buffer),
	    "{\"t\":\"a\\u001b[1m\\u007f\\u0080\\u009b["
	    "2J\\u009f\\u200e\\u2028\\u202e\\u2066\\u2069z\","
	    "\"k\":\"\xc2\xa0\xc3\xa9\xe2\x80\x8d\xe2\x80\xa6\xe2\x81\xaa\xe2\x82\xac\"}");
	again = parse(buffer_text(&buffer));
	assert_string_equal(json_get_text(again, "t"), text);
	assert_string_equal(json_get_text(again, "k"), kept);
}

/* A time without four digits for its year is left out. */
static void prints_no_time_beyond_its_form(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();

	json_put_time(tree, "last", INT64_C(253402300799999));
	json_put_time(tree, "beyond", INT64_C(253402300800000));
	assert_prints(tree, "{\"last\":\"9999-12-31T23:59:59.999Z\"}");
}

/* Whole numbers keep all their digits; what is no number prints as null. */
static void prints_exact_numbers(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();

	json_put_int(tree, "most", INT64_MAX);
	json_put_int(tree, "least", INT64_MIN);
	json_put_number(tree, "nan", NAN);
	assert_prints(
	    tree, "{\"most\":9223372036854775807,\"least\":-9223372036854775808,\"nan\":null}");
}

/* Bytes from outside come out as valid JSON: bad UTF-8 replaced, NUL blanked, controls escaped. */
static void cleans_text(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();
	struct json auto_json *again = NULL;
	struct buffer auto_buffer buffer;

	json_put_view(tree, "a", VIEW("x\xff\0y\n\xc3\xa9"));
	buffer_init(&buffer, 1000);
	assert_int_equal(json_print(tree, &buffer), 0);
	assert_string_equal(buffer_text(&buffer), "{\"a\":\"x\xef\xbf\xbd y\\n\xc3\xa9\"}");
	assert_int_equal(json_parse(buffer_view(&buffer), &again), 0);
	assert_string_equal(json_get_text(again, "a"), "x\xef\xbf\xbd y\n\xc3\xa9");
}

/* Trees move into others, and belong to them from then on. */
static void moves_trees(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();
	struct json *list = json_array_new();

	json_add_tree(list, json_object_new());
	json_put_tree(tree, "list", list);
	assert_prints(tree, "{\"list\":[{}]}");
	json_put_tree(NULL, "dropped", json_object_new());
	json_add_tree(NULL, json_object_new());
}

static int allocations_left;

static void *allocate(size_t bytes)
{
	return allocations_left-- > 0 ? malloc(bytes) : NULL;
}

/* Wherever memory ends, the print fails: no reader ever sees a tree with a part missing. */
static void fails_whole_without_memory(unused_parameter void **state)
{
	cJSON_Hooks failing = {.malloc_fn = allocate, .free_fn = free};
	const char *whole = "{\"child\":{\"text\":\"value\",\"list\":[\"item\"]},\"tree\":{}}";
	bool printed = false;

	for (int allowed = 0; !printed; allowed++) {
		struct buffer auto_buffer buffer;
		struct json *tree;
		struct json *child;
		int error;

		assert_true(allowed < 100);
		allocations_left = allowed;
		cJSON_InitHooks(&failing);
		tree = json_object_new();
		child = json_put_object(tree, "child");
		json_put_text(child, "text", "value");
		json_add_text(json_put_array(child, "list"), "item");
		json_put_tree(tree, "tree", json_object_new());
		buffer_init(&buffer, 1000);
		error = json_print(tree, &buffer);
		json_free(&tree);
		cJSON_InitHooks(NULL);
		assert_null(tree);
		assert_true(error == 0 || error == -ENOMEM);
		printed = error == 0;
		assert_string_equal(buffer_text(&buffer), printed ? whole : "");
	}
}

/* A tree that the buffer cannot hold is an error too. */
static void respects_the_buffer(unused_parameter void **state)
{
	struct json auto_json *tree = json_array_new();
	struct buffer auto_buffer buffer;

	json_add_text(tree, "too long");
	buffer_init(&buffer, 5);
	assert_int_equal(json_print(tree, &buffer), -E2BIG);
}

/* What is JSON already stands as it is; what could not be printed makes the tree incomplete. */
static void takes_what_is_printed(unused_parameter void **state)
{
	struct json auto_json *tree = json_object_new();
	struct buffer auto_buffer list;
	struct buffer auto_buffer buffer;

	buffer_init(&list, 10);
	buffer_init(&buffer, 100);
	buffer_append_text(&list, "[1,null]");
	json_put_printed(tree, "list", &list);
	assert_int_equal(json_print(tree, &buffer), 0);
	assert_string_equal(buffer_text(&buffer), "{\"list\":[1,null]}");
	buffer_append_text(&list, "too long");
	json_put_printed(tree, "other", &list);
	assert_int_equal(json_print(tree, &buffer), -ENOMEM);
}

/* Members are read by exact name and kind, with the fallback for anything else. */
static void reads_members(unused_parameter void **state)
{
	struct json auto_json *json =
	    parse(" {\"text\":\"t\",\"int\":7,\"half\":0.5,\"big\":1e300,\"yes\":true} ");

	assert_string_equal(json_get_text(json, "text"), "t");
	assert_null(json_get_text(json, "Text"));
	assert_null(json_get_text(json, "int"));
	assert_int_equal(json_get_int(json, "int", -1), 7);
	assert_int_equal(json_get_int(json, "half", -1), -1);
	assert_int_equal(json_get_int(json, "big", -1), -1);
	assert_int_equal(json_get_int(json, "text", -1), -1);
	assert_int_equal(json_get_int(json, "missing", -1), -1);
	assert_true(json_get_number(json, "half", 0) == 0.5);
	assert_true(json_get_bool(json, "yes"));
	assert_false(json_get_bool(json, "int"));
	assert_null(json_get(NULL, "text"));
	assert_null(json_get(json_get(json, "text"), "text"));
}

/* A walk visits each member once, in order; arrays have no names. */
static void walks_members(unused_parameter void **state)
{
	struct json auto_json *json = parse("{\"a\":\"1\",\"b\":[\"2\",\"3\"]}");
	const struct json *member = json_next(json, NULL);
	const struct json *item;

	assert_string_equal(json_name(member), "a");
	assert_string_equal(json_text(member), "1");
	member = json_next(json, member);
	assert_string_equal(json_name(member), "b");
	assert_null(json_next(json, member));
	item = json_next(member, NULL);
	assert_null(json_name(item));
	assert_string_equal(json_text(item), "2");
	assert_string_equal(json_text(json_next(member, item)), "3");
	assert_null(json_next(NULL, NULL));
}

/* What is no single whole document is refused, and the result is left alone. */
static void refuses_bad_documents(unused_parameter void **state)
{
	static const struct view bad[] = {VIEW(""), VIEW(" "), VIEW("{"), VIEW("{}x"), VIEW("{}{}"),
	    VIEW("[1,]"), VIEW("{\"a\"}"), VIEW("\"a"), VIEW("nul"), VIEW("{\"1\":1,"),
	    VIEW("\"a\0b\""), VIEW("\"a\\u0000b\""), VIEW("{}\0"), VIEW("\"\\"), VIEW("]")};
	struct json *json = NULL;

	for (size_t i = 0; i < count_of(bad); i++) {
		/* On the heap without anything behind, so that a read too far is seen. */
		char auto_free *exact = bad[i].length > 0 ? malloc(bad[i].length) : NULL;

		if (exact != NULL)
			memcpy(exact, bad[i].data, bad[i].length);
		assert_int_equal(json_parse(view_of(exact, bad[i].length), &json), -EINVAL);
		assert_null(json);
	}
}

/* Nesting is limited, and brackets in texts do not count. */
static void limits_nesting(unused_parameter void **state)
{
	struct buffer auto_buffer nested;
	struct json *json = NULL;

	buffer_init(&nested, 1000);
	for (int depth = 0; depth < 32; depth++)
		buffer_append_byte(&nested, '[');
	buffer_append_text(&nested, "\"[[[[\\\"[[[[\"");
	for (int depth = 0; depth < 32; depth++)
		buffer_append_byte(&nested, ']');
	assert_int_equal(json_parse(buffer_view(&nested), &json), 0);
	json_free(&json);
	buffer_clear(&nested);
	for (int depth = 0; depth < 33; depth++)
		buffer_append_byte(&nested, '[');
	for (int depth = 0; depth < 33; depth++)
		buffer_append_byte(&nested, ']');
	assert_int_equal(json_parse(buffer_view(&nested), &json), -EINVAL);
	assert_null(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prints_trees),
	    cmocka_unit_test(escapes_what_fools_terminals),
	    cmocka_unit_test(prints_no_time_beyond_its_form),
	    cmocka_unit_test(prints_exact_numbers),
	    cmocka_unit_test(cleans_text),
	    cmocka_unit_test(moves_trees),
	    cmocka_unit_test(fails_whole_without_memory),
	    cmocka_unit_test(respects_the_buffer),
	    cmocka_unit_test(takes_what_is_printed),
	    cmocka_unit_test(reads_members),
	    cmocka_unit_test(walks_members),
	    cmocka_unit_test(refuses_bad_documents),
	    cmocka_unit_test(limits_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
