#include "unit.h"

#include "report/metrics.h"

static void test_formats(unused_parameter void **state)
{
	/* OpenMetrics is given only to those who name it, in a version that we know, and like it
	 * at least as much as plain text. */
	static const struct {
		const char *accept;
		enum metrics_format format;
	} cases[] = {
	    {"", METRICS_PROMETHEUS_TEXT},
	    {"*/*", METRICS_PROMETHEUS_TEXT},
	    {"text/html,application/xml;q=0.9,*/*;q=0.8", METRICS_PROMETHEUS_TEXT},
	    {"text/plain;version=0.0.4", METRICS_PROMETHEUS_TEXT},
	    {"application/openmetrics-text", METRICS_OPENMETRICS},
	    {"application/openmetrics-text;version=1.0.0,"
	     "application/openmetrics-text;version=0.0.1;q=0.75,"
	     "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		METRICS_OPENMETRICS},
	    {"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		METRICS_OPENMETRICS},
	    {"Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.3 , text/plain ; q=0.2",
		METRICS_OPENMETRICS},
	    {"application/openmetrics-text;version=2.0.0", METRICS_PROMETHEUS_TEXT},
	    {"application/openmetrics-text;q=0", METRICS_PROMETHEUS_TEXT},
	    {"application/openmetrics-text;q=0.5,text/plain", METRICS_PROMETHEUS_TEXT},
	    {"application/openmetrics-text;q=0.5,text/*;q=0.501", METRICS_PROMETHEUS_TEXT},
	    {"application/openmetrics-text;q=0.5,text/plain;q=0.5", METRICS_OPENMETRICS},
	};

	for (size_t i = 0; i < count_of(cases); i++)
		assert_int_equal(metrics_negotiate(view_of_text(cases[i].accept)), cases[i].format);
}

static void test_malformed_headers(unused_parameter void **state)
{
	/* Whatever a client sends, it gets an answer; a quality that is none counts as 0. */
	static const char *const headers[] = {
	    ",,,;;;===",
	    "application/openmetrics-text;q",
	    "application/openmetrics-text;q=",
	    "application/openmetrics-text;q=9",
	    "application/openmetrics-text;q=1.5",
	    "application/openmetrics-text;q=0,5",
	    "application/openmetrics-text;q=-1",
	    "application/openmetrics-text;q=0.00x",
	    "application/openmetrics-text;q=1;version=",
	    "\xff\xfe,application/openmetrics-textt",
	};

	for (size_t i = 0; i < count_of(headers); i++)
		assert_int_equal(metrics_negotiate(view_of_text(headers[i])),
		    strstr(headers[i], "q=1;") != NULL ? METRICS_OPENMETRICS
						       : METRICS_PROMETHEUS_TEXT);
}

static void test_content_types(unused_parameter void **state)
{
	/* The content types are the ones that the two formats' specifications name. */
	assert_string_equal(metrics_content_type(METRICS_PROMETHEUS_TEXT),
	    "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(metrics_content_type(METRICS_OPENMETRICS),
	    "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_formats),
	    cmocka_unit_test(test_malformed_headers),
	    cmocka_unit_test(test_content_types),
	};

	return cmocka_run_group_tests_name("report/metrics_negotiate", tests, NULL, NULL);
}
