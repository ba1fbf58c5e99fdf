/* Safety rule 10, by random schedules: one voter, one vote, however many requests it makes and from
 * however many addresses of its own; and who never got in has none. */
#include "chance.h"
#include "detect/voters.h"
#include "script.h"

#define MAX_PEOPLE 24
#define MAX_VOTERS 12 /* of the table in some schedules */

static struct {
	unsigned ipv4_prefix, ipv6_prefix;
	bool admits_strangers; /* whoever is refused is taken for somebody who got in */
} guards;

bool __real_voters_vote(struct voters *voters, struct window *window, const struct vote *vote);
bool __wrap_voters_vote(struct voters *voters, struct window *window, const struct vote *vote);
bool __wrap_voters_vote(struct voters *voters, struct window *window, const struct vote *vote)
{
	struct vote taken = *vote;

	taken.good = taken.good || guards.admits_strangers;
	return __real_voters_vote(voters, window, &taken);
}

/* One voter: an IPv4 address, or a network of IPv6 with as many addresses as it likes. */
struct person {
	bool has_network;
	bool got_in;
	enum outcome last;
	bool has_outcome;
};

static struct person people[MAX_PEOPLE];
static size_t person_count;
static uint64_t sign_ins;

static void speak(struct detector *detector, size_t index, bool gets_in, int second)
{
	struct person *person = &people[index];
	const char *outcome = gets_in ? "200 user=x reply=done" : "401 reply=reject";

	if (person->has_network)
		script_say(detector, "%d 2001:db8:0:%zx:%llx::%llx %s scheme=kerberos", second,
		    index + 1, (unsigned long long)chance(65535) + 1,
		    (unsigned long long)chance(65535) + 1, outcome);
	else
		script_say(
		    detector, "%d 10.1.0.%zu %s scheme=kerberos", second, index + 1, outcome);
	sign_ins++;
	person->got_in = person->got_in || gets_in;
	person->has_outcome = person->got_in;
	person->last = gets_in ? OUTCOME_ESTABLISHED : OUTCOME_REJECTED;
}

static size_t count_votes(enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < person_count; i++)
		count += people[i].has_outcome && people[i].last == outcome;
	return count;
}

static size_t count_known(void)
{
	size_t count = 0;

	for (size_t i = 0; i < person_count; i++)
		count += people[i].got_in;
	return count;
}

/* While the table has room each known-good voter counts once, as it fared last; with too little
 * nobody counts twice, nobody new comes in by being refused, and the table keeps to its size. */
static bool is_fair(const struct detector *detector, size_t room)
{
	struct detector_window window;

	detector_window(detector, &window);
	if (window.known_good > room || window.known_good > count_known())
		return false;
	if (window.active > window.known_good || window.rejected > window.active)
		return false;
	if (count_known() > room)
		return detector_totals(detector)->evicted_voters > 0;
	return window.known_good == count_known() &&
	       window.rejected == count_votes(OUTCOME_REJECTED) &&
	       window.established == count_votes(OUTCOME_ESTABLISHED);
}

/* Some of the people flood, some only fail; all of it within one window. */
static bool schedule_holds(void)
{
	struct detector_options options = script_options();
	struct detector auto_call(detector_free) *detector = NULL;
	size_t steps = 20 + chance(80);
	bool fair = true;
	int second = 1;

	person_count = 2 + chance(MAX_PEOPLE - 2);
	options.max_voters = chance_percent(80) ? MAX_PEOPLE : MAX_VOTERS;
	options.ipv4_prefix = guards.ipv4_prefix;
	options.ipv6_prefix = guards.ipv6_prefix;
	assert_int_equal(detector_new(&detector, &options), 0);
	for (size_t i = 0; i < person_count; i++)
		people[i] = (struct person){.has_network = chance_percent(50)};
	for (size_t i = 0; i < steps && fair; i++) {
		size_t index = chance(person_count);
		size_t times = chance_percent(20) ? 1 + chance(15) : 1;
		bool gets_in = chance_percent(45) && index % 4 != 3; /* strangers for ever */

		second += (int)chance(3);
		for (size_t j = 0; j < times; j++)
			speak(detector, index, gets_in, second);
		fair = is_fair(detector, options.max_voters);
	}
	return fair;
}

static int guard(unused_parameter void **state)
{
	guards.ipv4_prefix = 32;
	guards.ipv6_prefix = 64;
	guards.admits_strangers = false;
	return 0;
}

static void one_voter_one_vote(unused_parameter void **state)
{
	/* Whatever people do. */
	chance_all_hold(schedule_holds);
	print_message("# %llu sign-ins\n", (unsigned long long)sign_ins);
}

static void each_address_a_vote_is_found(unused_parameter void **state)
{
	/* The control: each address of a network votes for itself. */
	guards.ipv6_prefix = 128;
	chance_one_breaks(schedule_holds, "networks");
}

static void one_vote_for_many_is_found(unused_parameter void **state)
{
	/* The control: neighbours have one vote together. */
	guards.ipv4_prefix = 24;
	chance_one_breaks(schedule_holds, "addresses of one's own");
}

static void strangers_in_the_table_are_found(unused_parameter void **state)
{
	/* The control: a refusal makes one known. */
	guards.admits_strangers = true;
	chance_one_breaks(schedule_holds, "having got in");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(one_voter_one_vote, guard),
	    cmocka_unit_test_setup(each_address_a_vote_is_found, guard),
	    cmocka_unit_test_setup(one_vote_for_many_is_found, guard),
	    cmocka_unit_test_setup(strangers_in_the_table_are_found, guard),
	};

	return cmocka_run_group_tests_name("one_vote", tests, NULL, NULL);
}
