#include "unit.h"

#include "intake/names.h"

/* Compressed files are known by their endings. */
static void knows_compressed_names(unused_parameter void **state)
{
	assert_true(names_is_compressed("access.log.2.gz"));
	assert_true(names_is_compressed("u_ex260101.log.zst"));
	assert_false(names_is_compressed("access.log"));
	assert_false(names_is_compressed("gz"));
}

/* A rotated name leads back to the name that it had, in the usual ways of rotating. */
static void leads_back_to_the_name(unused_parameter void **state)
{
	static const struct {
		const char *name;
		enum names_way way;
		const char *base; /* NULL: none */
	} cases[] = {
	    {"access.log.1", NAMES_BEHIND, "access.log"},
	    {"access.log.12", NAMES_BEHIND, "access.log"},
	    {"access.log-20260101", NAMES_BEHIND, "access.log"},
	    {"access.log-20260101-12", NAMES_BEHIND, "access.log"},
	    {"access.log.2026-01-01T12:00", NAMES_BEHIND, "access.log"},
	    {"access.log.old", NAMES_BEHIND, "access.log"},
	    {"access-20260101.log", NAMES_WITHIN, "access.log"},
	    {"access.1.log", NAMES_WITHIN, "access.log"},
	    {"access.log", NAMES_BEHIND, NULL},
	    {"access.log", NAMES_WITHIN, NULL},
	    {"u_ex260101.log", NAMES_WITHIN, NULL},
	    {"app-8080.log", NAMES_WITHIN, NULL},
	    {"access.log.", NAMES_BEHIND, NULL},
	    {".1", NAMES_BEHIND, NULL},
	    {".old", NAMES_BEHIND, NULL},
	    {"1", NAMES_BEHIND, NULL},
	    {"", NAMES_BEHIND, NULL},
	    {".log", NAMES_WITHIN, NULL},
	};
	char base[NAMES_MAX_BYTES + 1];

	for (size_t i = 0; i < count_of(cases); i++) {
		bool found = names_before_rotation(cases[i].name, cases[i].way, base);

		assert_int_equal(found, cases[i].base != NULL);
		if (found)
			assert_string_equal(base, cases[i].base);
	}
}

/* Generation numbers grow with age, dates fall; other names tell nothing. */
static void tells_the_older_one(unused_parameter void **state)
{
	assert_true(names_compare_age("access.log.10", "access.log.9") < 0);
	assert_true(names_compare_age("access.log.1", "access.log.2") > 0);
	assert_true(names_compare_age("access.1.log", "access.2.log") > 0);
	assert_true(names_compare_age("access.log-20251231", "access.log-20260101") < 0);
	assert_true(names_compare_age("access-20260102.log", "access-20260101.log") > 0);
	assert_int_equal(names_compare_age("access.log.old", "access.log.bak"), 0);
	assert_true(names_compare_age("access.log-20260101", "access.log.1") < 0);
}

/* Names of one series differ in a date; ports and instances make none. */
static void knows_a_series(unused_parameter void **state)
{
	assert_true(names_are_series("u_ex260101.log", "u_ex260102.log"));
	assert_true(names_are_series("u_ex26010109.log", "u_ex260102.log"));
	assert_true(names_are_series("access.2026-01-31.txt", "access.2026-02-01.txt"));
	assert_false(names_are_series("u_ex260101.log", "u_in260102.log"));
	assert_false(names_are_series("u_ex260101.log", "u_ex260101.log.1"));
	assert_false(names_are_series("app-8080.log", "app-8081.log"));
	assert_true(names_is_later("u_ex260102.log", "u_ex260101.log"));
	assert_false(names_is_later("u_ex260101.log", "u_ex260101.log"));
	assert_false(names_is_later("u_ex260101.log", "u_ex260102.log"));
	assert_false(names_is_later("web2.log", "web1.log"));
}

/* All files of a log begin with the same letters. */
static void tells_how_names_start(unused_parameter void **state)
{
	assert_view_is(names_start("/var/log/squid/access.log"), "access");
	assert_view_is(names_start("u_ex*.log"), "u");
	assert_view_is(names_start("/var/log/*.log"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(knows_compressed_names),
	    cmocka_unit_test(leads_back_to_the_name),
	    cmocka_unit_test(tells_the_older_one),
	    cmocka_unit_test(knows_a_series),
	    cmocka_unit_test(tells_how_names_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
