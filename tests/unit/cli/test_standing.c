/* Which of several things that stand a person means by a word: never another, nor one of two. */
#include "unit.h"

#include "cli/standing.h"

static const struct protocol_reply reply = {.standing_known = 1,
    .standing_count = 5,
    .standing = {{.site = "web", .remedy = "ntlm", .key = 1},
	{.site = "wiki", .remedy = "ntlm", .key = 2},
	{.site = "web", .remedy = "ntlm", .key = 3},
	{.site = "web", .remedy = "other", .key = 4},
	{.site = "mail", .remedy = "7", .key = 5},
	{.site = "beyond", .remedy = "ntlm", .key = 6}}};

static void finds_what_is_meant(unused_parameter void **state)
{
	static const struct {
		const char *site, *word;
		uint64_t key; /* 0: none */
	} cases[] = {
	    {"wiki", NULL, 2}, {"wiki", "ntlm", 2}, {"wiki", "1", 2}, {"wiki", "2", 0},
	    {"web", NULL, 0},  {"web", "ntlm", 0},  {"web", "other", 4}, {"web", "1", 1},
	    {"web", "2", 3},   {"web", "3", 4},	    {"web", "4", 0},  {"web", "0", 0},
	    {"web", "-1", 0},  {"web", "", 0},	    {"web", "nt", 0}, {"we", NULL, 0},
	    {"", NULL, 0},     {"beyond", NULL, 0}, {"mail", "7", 0}, {"mail", NULL, 5},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		const struct protocol_standing *found =
		    standing_find(&reply, cases[i].site, cases[i].word);

		if ((found != NULL ? found->key : 0) != cases[i].key)
			fail_msg("%s %s", cases[i].site,
			    cases[i].word != NULL ? cases[i].word : "(none)");
	}
}

/* The list that the numbers are of. */
static void lists_a_site(unused_parameter void **state)
{
	assert_int_equal(standing_at(&reply, "web", 0)->key, 1);
	assert_int_equal(standing_at(&reply, "web", 2)->key, 4);
	assert_null(standing_at(&reply, "web", 3));
	assert_null(standing_at(&reply, "nowhere", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_what_is_meant),
	    cmocka_unit_test(lists_a_site),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
