/* The facts that the daemon tells by itself. */
#include "directory_fixture.h"

#include "daemon/evidence.h"

#define MAX_RULES_BYTES ((size_t)1024 * 1024)
/* What inspectors and the probe may have told before. */
#define TOLD_BEFORE 384

static void load_most_signatures(struct signatures **ret_signatures)
{
	struct buffer auto_buffer text;
	struct buffer auto_buffer errors;
	char path[512];

	buffer_init(&text, MAX_RULES_BYTES);
	buffer_init(&errors, MAX_RULES_BYTES);
	for (int i = 0; i < SIGNATURES_MAX; i++)
		buffer_append_format(&text,
		    "- {id: signature-%d, title: t, class: key, source: krb5, match: 'text %d ',\n"
		    "   examples: {match: ['[Sun Nov 22 10:06:14.881373 2026] [auth_gssapi:error] "
		    "[pid 1:tid 2] [client 127.0.0.1:1] GSS ERROR In Negotiate Auth: "
		    "gss_accept_sec_context() failed: [Unspecified GSS failure.  Minor code may "
		    "provide more information (text %d )]']}}\n",
		    i, i, i);
	write_in(path, "most.yml", buffer_view(&text));
	if (signatures_load(ret_signatures, directory, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	assert_int_equal(signatures_count(*ret_signatures), SIGNATURES_MAX);
}

static struct detector *new_detector(void)
{
	const struct detector_options options = {.window_ms = 300000,
	    .known_good_for_ms = 86400000,
	    .handshake_timeout_ms = 10000,
	    .minimum_voters = 5,
	    .share_percent = 30,
	    .ipv4_prefix = 32,
	    .ipv6_prefix = 64,
	    .max_voters = 100,
	    .max_pending = 100,
	    .signature_count = SIGNATURES_MAX};
	struct detector *detector = NULL;

	assert_int_equal(detector_new(&detector, &options), 0);
	return detector;
}

static void test_most_signatures(unused_parameter void **state)
{
	/* With as many signatures as the rules may hold, and all that inspectors told, no fact is
	 * lost: the last one set is there. */
	const struct config_site site = {.server = {.name = (char *)"apache"}};
	struct detector *auto_call(detector_free) detector = new_detector();
	struct signatures *auto_call(signatures_free) signatures = NULL;
	struct facts *auto_call(facts_free) facts = NULL;
	char name[FACTS_MAX_NAME_BYTES + 1];

	load_most_signatures(&signatures);
	assert_int_equal(facts_new(&facts), 0);
	for (int i = 0; i < TOLD_BEFORE; i++) {
		snprintf(name, sizeof(name), "told.n%d", i);
		assert_int_equal(facts_set(facts, (struct fact){name, "1", NULL, 0}), 0);
	}
	evidence_gather(facts,
	    &(const struct evidence_sources){
		.site = &site, .detector = detector, .signatures = signatures, .now_ms = 1});
	for (int i = 0; i < SIGNATURES_MAX; i++) {
		snprintf(name, sizeof(name), "signals.signature-%d", i);
		assert_non_null(facts_get(facts, name));
		snprintf(name, sizeof(name), "voters.signature-%d", i);
		assert_non_null(facts_get(facts, name));
	}
	assert_string_equal(facts_get(facts, "probe.confirmed"), "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_most_signatures, make_directory, remove_directory),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
