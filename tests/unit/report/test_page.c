#include "model_fixture.h"

#include <errno.h>
#include <openssl/evp.h>

#include "base/base64.h"
#include "report/page.h"

static struct buffer page;

static int make_page(void **state)
{
	buffer_init(&page, 1024 * 1024);
	return make_model(state);
}

static int free_page(void **state)
{
	buffer_done(&page);
	return free_model(state);
}

static const char *print(void)
{
	buffer_clear(&page);
	page_print(&model, &page);
	assert_int_equal(buffer_error(&page), 0);
	return buffer_text(&page);
}

static void assert_has(const char *text)
{
	if (strstr(print(), text) == NULL)
		fail_msg("the page lacks %s", text);
}

static void test_trouble(unused_parameter void **state)
{
	/* The page says in words which site is in trouble, since when, and what is known of it. */
	assert_has("<title>authmedic: 1 of 2 sites need attention</title>");
	assert_has("<section class=\"trouble\">\n<h2>intranet</h2>");
	assert_has("<p class=\"sentence\">Clients that used to get in are turned away.</p>");
	assert_has(": the age at which its worker failed before (3 times)</td>");
	assert_has("<a href=\"/api/v1/incidents/i-1\">i-1</a>, stale-handle");
	assert_has("30 known, 12 active, 9 of them rejected (75&nbsp;%)");
	assert_has("<strong>spike</strong> since "
		   "<time datetime=\"2023-11-14T22:10:00.000Z\">3 min 20 s ago</time>");
	assert_has("rejected, <time datetime=\"2023-11-14T22:13:15.000Z\">5 s ago</time>; "
		   "last accepted ");
	assert_has("0 this hour, 2 today");
	assert_has("<strong>deaf</strong>: no &lt;file&gt; matches (since <time ");
	assert_has("<br><strong>deaf</strong>: no hints (since ");
	assert_has("<code>ticket.kvno</code></th><td>4</td><td>probe</td>");
}

static void test_handle(unused_parameter void **state)
{
	/* From how much it is known when the handle fails. */
	sites[0].lifetimes = 1;
	assert_has(": the age at which its worker failed before (once)</td>");
	sites[0].lifetimes = 0;
	assert_has(": the age that is configured</td>");
	sites[0].lifetimes = 3;
}

static void test_all_well(unused_parameter void **state)
{
	/* A site that is new, with nothing known yet, is well and leaves no gaps. */
	model.sites = &sites[1];
	model.site_count = 1;
	assert_has("<title>authmedic: all is well</title>");
	assert_has("<section class=\"well\">\n<h2>new</h2>");
	assert_has("<th scope=\"row\">Open incident</th><td>none</td>");
	assert_has("<th scope=\"row\">Probe</th><td>none yet</td>");
	assert_has("<th scope=\"row\">Actions left</th><td>not known yet</td>");
	assert_has("<th scope=\"row\">Failure expected</th><td>none</td>");
	assert_null(strstr(print(), "<strong>"));
	assert_null(strstr(print(), "<details>"));
}

static void test_deaf_log(unused_parameter void **state)
{
	/* A site whose log tells nothing needs attention although no incident is open. */
	sites[0].incident_id = NULL;
	assert_has("<title>authmedic: 1 of 2 sites need attention</title>");
	assert_has("<section class=\"notice\">");
}

static void test_not_ready(unused_parameter void **state)
{
	/* When authmedicd is not ready the page says why. */
	assert_null(strstr(print(), "Not ready"));
	model.ready = false;
	model.not_ready = "the database was damaged & set aside";
	assert_has("<strong>Not ready:</strong> the database was damaged &amp; set aside");
}

static void test_lost_state(unused_parameter void **state)
{
	/* That memory was lost is told, with what is gone and what is not. */
	assert_null(strstr(print(), "set aside"));
	model.state_set_aside = "/var/lib/<x>";
	assert_has("<strong>The state could not be used</strong>");
	assert_has("<code>/var/lib/&lt;x&gt;</code>");
	assert_has("budget, locks and approvals");
}

static void test_escaping(unused_parameter void **state)
{
	/* No text, wherever it came from, becomes markup. */
	static const char evil[] = "<script>alert(1)</script>\"'&\xff";

	set_fact("log.text", "<script>alert(1)</script>");
	sites[0].name = evil;
	sites[0].server = evil;
	sites[0].service = evil;
	sites[0].mode = evil;
	sites[0].evidence = evil;
	sites[0].state = evil;
	sites[0].sentence = evil;
	sites[0].incident_id = evil;
	sites[0].diagnosis = evil;
	model.helper = evil;
	model.not_ready = evil;
	model.ready = false;
	model.mode = evil;
	assert_null(strstr(print(), "<script"));
	assert_null(strstr(print(), "\xff"));
	assert_null(strstr(print(), "\"'&"));
	assert_has("&lt;script&gt;alert(1)&lt;/script&gt;");
}

static void test_self_contained(unused_parameter void **state)
{
	/* The page loads nothing and runs nothing. */
	static const char *const words[] = {"<script", "<link", "<img", "<iframe", "<form",
	    "@import", "url(", "//", " style=", " onload", "javascript:"};

	for (size_t i = 0; i < count_of(words); i++)
		if (strstr(print(), words[i]) != NULL)
			fail_msg("the page has %s", words[i]);
}

static void test_policy(unused_parameter void **state)
{
	/* The policy allows the page's own style sheet, by its hash, and nothing else. */
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_bytes = 0;
	struct buffer auto_buffer hash = {0};
	const char *style = strstr(print(), "<style>") + strlen("<style>");
	size_t length = (size_t)(strstr(style, "</style>") - style);

	assert_int_equal(EVP_Digest(style, length, digest, &digest_bytes, EVP_sha256(), NULL), 1);
	buffer_init(&hash, 100);
	base64_append(&hash, view_of((const char *)digest, digest_bytes));
	assert_string_equal(buffer_text(&hash), PAGE_STYLE_HASH);
	assert_non_null(strstr(PAGE_POLICY, "default-src 'none'"));
	assert_non_null(strstr(PAGE_POLICY, "style-src 'sha256-" PAGE_STYLE_HASH "';"));
}

static void test_no_room(unused_parameter void **state)
{
	/* A page that does not fit leaves an error behind. */
	struct buffer auto_buffer small = {0};

	buffer_init(&small, 1000);
	page_print(&model, &small);
	assert_int_equal(buffer_error(&small), -E2BIG);
}

#define page_test(function) cmocka_unit_test_setup_teardown(function, make_page, free_page)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    page_test(test_trouble),
	    page_test(test_handle),
	    page_test(test_all_well),
	    page_test(test_deaf_log),
	    page_test(test_not_ready),
	    page_test(test_lost_state),
	    page_test(test_escaping),
	    page_test(test_self_contained),
	    page_test(test_policy),
	    page_test(test_no_room),
	};

	return cmocka_run_group_tests_name("report/page", tests, NULL, NULL);
}
