/* However much is wrong at once, a receiver hears of all of it, in parts that it takes. */
#include "daemon/failing_sites.h"

#include "daemon/firing.h"
#include "daemon/parcel.h"

/* The body tells of the sites behind so many, one after another; how many it comes to. */
static size_t follow(const char *body, size_t told)
{
	for (const char *site = strstr(body, "\"site\":\"site-"); site != NULL;
	     site = strstr(site + 1, "\"site\":\"site-"))
		assert_int_equal(strtoul(site + 13, NULL, 10), told++);
	return told;
}

static void is_told_in_parts(void **state)
{
	static const struct saving saving;
	struct world *world = *state;
	const struct firing firing = {
	    .sites = failing_sites,
	    .site_count = FAILING_SITES,
	    .saving = &saving,
	    .host = "host"};
	size_t told = 0, from = 0;

	fail_everywhere(world);
	do {
		struct buffer auto_buffer body;

		buffer_init(&body, PARCEL_MAX_BYTES);
		assert_int_equal(
		    firing_print(&firing, wire_of("alertmanager"), &from, &body), 0);
		told = follow(buffer_text(&body), told);
	} while (from > 0);
	assert_int_equal(told, FAILING_SITES);
}

/* Where nothing is wrong nothing is told; few are told at once. */
static void is_told_at_once(void **state)
{
	static const struct saving saving;
	struct world *world = *state;
	struct firing firing = {.sites = failing_sites, .saving = &saving, .host = "host"};
	struct buffer auto_buffer body;
	size_t from = 0;

	fail_everywhere(world);
	buffer_init(&body, PARCEL_MAX_BYTES);
	assert_int_equal(firing_print(&firing, wire_of("alertmanager"), &from, &body), 0);
	assert_int_equal(body.length, 0);
	firing.site_count = 3;
	assert_int_equal(firing_print(&firing, wire_of("alertmanager"), &from, &body), 0);
	assert_int_equal(from, 0);
	assert_int_equal(follow(buffer_text(&body), 0), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(is_told_in_parts, world_set_up, world_tear_down),
	    cmocka_unit_test_setup_teardown(is_told_at_once, world_set_up, world_tear_down),
	};

	return cmocka_run_group_tests_name("firing", tests, NULL, NULL);
}
