#include "detect/verdict.h"
#include "script.h"
#include "unit.h"

static enum verdict verdict_of_line(const char *line, enum scheme *ret_scheme)
{
	const struct record record = script_record(view_of_text(line));

	return verdict_of(&record, ret_scheme);
}

static enum verdict verdict_of_text(const char *line)
{
	enum scheme scheme;

	return verdict_of_line(line, &scheme);
}

static void test_logon_codes(unused_parameter void **state)
{
	/* On a 401.1 every code that Windows gives for a failed logon is a refusal, with or without
	 * sub-status, and an unknown one is where the sub-status says that the logon failed. */
	static const int64_t codes[] = {1311, 1326, 1327, 1328, 1329, 1330, 1331, 1385, 1398, 1786,
	    1787, 1789, 1793, 1907, 1909, 1937, 2148074241, 2148074243, 2148074244, 2148074245,
	    2148074248, 2148074251, 2148074252, 2148074253, 2148074255, 2148074256, 2148074257,
	    2148074263, 2148074274, 2148074276, 2148074306, 2148074310, 2148074312, 2148074320,
	    3221225581, 3221226036, 3221225566, 3221225779, 3221225869, 3221226331};
	struct record record = {.status = 401, .substatus = 1};
	enum scheme scheme;

	for (size_t i = 0; i < count_of(codes); i++) {
		record.win32 = codes[i];
		record.substatus = 1;
		assert_int_equal(verdict_of(&record, &scheme), VERDICT_REFUSAL);
		assert_int_equal(scheme, SCHEME_UNKNOWN);
		record.substatus = -1;
		assert_int_equal(verdict_of(&record, &scheme), VERDICT_REFUSAL);
	}
	assert_int_equal(verdict_of_text("0 a 401.1.99999999999"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401..99999999999"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401..1325"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401..1332"), VERDICT_UNCLEAR);
}

static void test_codes_of_legs(unused_parameter void **state)
{
	/* The codes of a healthy handshake are none of a refusal. */
	assert_int_equal(verdict_of_text("0 a 401.1.2148074254"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401..2148074254"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401.1.0"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401.1.5"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401.1"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401..0"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401..5"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401.1.64"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 401..64"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 401.2.5"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401.2.2148074254"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401.2"), VERDICT_UNCLEAR);
}

static void test_substatuses(unused_parameter void **state)
{
	/* Only 401.1 and 401.2 are about signing in; behind the others somebody has, or nobody. */
	static const char *const others[] = {"0", "3", "4", "5", "7", "501", "502", "503", "504"};
	char line[64];

	for (size_t i = 0; i < count_of(others); i++) {
		snprintf(line, sizeof(line), "0 a 401.%s.5", others[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_NOTHING);
		snprintf(line, sizeof(line), "0 a 401.%s.5 user=DOM\\u", others[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
	}
}

static void test_iis_basic(unused_parameter void **state)
{
	/* A name beside a refusal is a Basic one; a leg has none. */
	enum scheme scheme;

	assert_int_equal(verdict_of_line("0 a 401.1.1326 user=bob", &scheme), VERDICT_REFUSAL);
	assert_int_equal(scheme, SCHEME_BASIC);
	assert_int_equal(verdict_of_line("0 a 401.1 user=bob", &scheme), VERDICT_REFUSAL);
	assert_int_equal(scheme, SCHEME_BASIC);
	assert_int_equal(verdict_of_line("0 a 401.1.2148074254 user=bob", &scheme), VERDICT_LEG);
	assert_int_equal(scheme, SCHEME_UNKNOWN);
}

static void test_iis_scheme_is_not_believed(unused_parameter void **state)
{
	/* Whoever read the line may take a 401.2 for a question, but a Kerberos token may have been
	 * there. */
	enum scheme scheme;

	assert_int_equal(verdict_of_line("0 a 401.2.5 scheme=none", &scheme), VERDICT_UNCLEAR);
	assert_int_equal(scheme, SCHEME_UNKNOWN);
}

static void test_tokens(unused_parameter void **state)
{
	/* A 401 on a token is what the answer says it is, and without a word what that scheme can
	 * be. */
	assert_int_equal(verdict_of_text("0 a 401 scheme=none"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401 scheme=none reply=reject"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401 scheme=none reply=continue"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 407 scheme=none reply=done"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401"), VERDICT_UNCLEAR);
	assert_int_equal(verdict_of_text("0 a 401 reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reason=x"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reason=x"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=basic"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=basic reply=continue"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=basic reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=basic reply=done"), VERDICT_REFUSAL);
}

static void test_named_failures(unused_parameter void **state)
{
	/* A 401 that names who asks: signed in but not allowed, or a password that was typed. */
	enum scheme scheme;

	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos user=a@B"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm user=b"), VERDICT_ADMISSION);
	assert_int_equal(
	    verdict_of_text("0 a 401 scheme=kerberos reply=reject user=a@B"), VERDICT_REFUSAL);
	assert_int_equal(
	    verdict_of_text("0 a 401 scheme=kerberos reason=x user=a@B"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=basic user=a"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=none user=a"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401 user=a@B"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 user=B\\a"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_line("0 a 401 user=a", &scheme), VERDICT_REFUSAL);
	assert_int_equal(scheme, SCHEME_BASIC);
	assert_int_equal(verdict_of_line("0 a 401..1326 user=a", &scheme), VERDICT_REFUSAL);
	assert_int_equal(scheme, SCHEME_BASIC);
}

static void test_other_statuses(unused_parameter void **state)
{
	/* Beyond 401 and 407 a name admits, a bare token proves nothing, and no status is nothing.
	 */
	static const int statuses[] = {100, 200, 204, 302, 304, 400, 403, 404, 499, 500, 503};
	char line[64];

	for (size_t i = 0; i < count_of(statuses); i++) {
		snprintf(line, sizeof(line), "0 a %d", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_NOTHING);
		snprintf(line, sizeof(line), "0 a %d user=b", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
		snprintf(line, sizeof(line), "0 a %d scheme=kerberos", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_PASSAGE);
		snprintf(line, sizeof(line), "0 a %d scheme=kerberos reply=done", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
		snprintf(line, sizeof(line), "0 a %d scheme=none", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_NOTHING);
		snprintf(
		    line, sizeof(line), "0 a %d scheme=kerberos reply=reject user=b", statuses[i]);
		assert_int_equal(
		    verdict_of_text(line), statuses[i] < 400 ? VERDICT_NOTHING : VERDICT_REFUSAL);
		snprintf(line, sizeof(line), "0 a %d reply=reject user=b", statuses[i]);
		assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
	}
	assert_int_equal(verdict_of_text("0 a 0 user=b"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 99 scheme=kerberos reply=done"), VERDICT_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_logon_codes),
	    cmocka_unit_test(test_codes_of_legs),
	    cmocka_unit_test(test_substatuses),
	    cmocka_unit_test(test_iis_basic),
	    cmocka_unit_test(test_iis_scheme_is_not_believed),
	    cmocka_unit_test(test_tokens),
	    cmocka_unit_test(test_named_failures),
	    cmocka_unit_test(test_other_statuses),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
