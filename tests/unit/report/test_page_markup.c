#include "unit.h"

#include <errno.h>

#include "report/page_markup.h"

#define NOW_MS INT64_C(1700000000000) /* 2023-11-14T22:13:20.000Z */

static struct buffer out;
static const struct report_model model = {.now_ms = NOW_MS};
static const struct page page = {&out, &model, 0};

static int make_page(unused_parameter void **state)
{
	buffer_init(&out, 4096);
	return 0;
}

static int free_page(unused_parameter void **state)
{
	buffer_done(&out);
	return 0;
}

static void assert_put(const char *expected)
{
	assert_string_equal(buffer_text(&out), expected);
	buffer_clear(&out);
}

static void test_text(unused_parameter void **state)
{
	/* Text is escaped; at the begin of a part of a sentence it is written small, but for an
	 * abbreviation. */
	put_text(&page, "<a href=\"x\">&'");
	assert_put("&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
	put_text_in_sentence(&page, "The <key>");
	assert_put("the &lt;key&gt;");
	put_text_in_sentence(&page, "NTLM fails");
	assert_put("NTLM fails");
	put_text_in_sentence(&page, "");
	assert_put("");
}

static void test_times(unused_parameter void **state)
{
	/* Times tell how long ago or until when, and the exact time as well. */
	put_ago(&page, -1);
	assert_put("never");
	put_ago(&page, NOW_MS - 200000);
	assert_put("<time datetime=\"2023-11-14T22:10:00.000Z\""
		   " title=\"2023-11-14T22:10:00.000Z\">3 min 20 s ago</time>");
	put_ago(&page, NOW_MS);
	assert_non_null(strstr(buffer_text(&out), ">just now</time>"));
	buffer_clear(&out);
	put_ago(&page, NOW_MS + 42000);
	assert_non_null(strstr(buffer_text(&out), ">in 42 s</time>"));
	buffer_clear(&out);
	put_clock(&page, NOW_MS - 86400000);
	assert_non_null(strstr(buffer_text(&out), ">2023-11-13 22:13:20</time>"));
	buffer_clear(&out);
	put_clock(&page, INT64_MAX);
	assert_non_null(strstr(buffer_text(&out), ">-</time>"));
}

static void test_argument(unused_parameter void **state)
{
	/* What a shell would not take as one word, or take for more, is quoted. */
	put_argument(&page, "web-1.example_com:80");
	assert_put("web-1.example_com:80");
	put_argument(&page, "");
	assert_put("&#39;&#39;");
	put_argument(&page, "a b$(x)");
	assert_put("&#39;a b$(x)&#39;");
	put_argument(&page, "it's");
	assert_put("&#39;it&#39;\\&#39;&#39;s&#39;");
}

static void test_too_long(unused_parameter void **state)
{
	/* What does not fit leaves an error behind and no half of it. */
	char text[2000];

	memset(text, ' ', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	put_argument(&page, text);
	assert_int_equal(out.error, -E2BIG);
	buffer_clear(&out);
	put_format(&page, "%s", text);
	assert_int_equal(out.error, -E2BIG);
}

#define markup_test(function) cmocka_unit_test_setup_teardown(function, make_page, free_page)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    markup_test(test_text),
	    markup_test(test_times),
	    markup_test(test_argument),
	    markup_test(test_too_long),
	};

	return cmocka_run_group_tests_name("report/page_markup", tests, NULL, NULL);
}
