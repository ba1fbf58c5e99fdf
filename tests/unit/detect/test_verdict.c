#include "detect/verdict.h"
#include "script.h"
#include "unit.h"

static struct finding finding_of(const char *line)
{
	const struct record record = script_record(view_of_text(line));

	return verdict_of(script_statuses(), &record);
}

static enum verdict verdict_of_line(const char *line, enum scheme *ret_scheme)
{
	const struct finding finding = finding_of(line);

	*ret_scheme = finding.scheme;
	return finding.verdict;
}

static enum verdict verdict_of_text(const char *line)
{
	return finding_of(line).verdict;
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
	struct finding finding;

	for (size_t i = 0; i < count_of(codes); i++) {
		record.win32 = codes[i];
		record.substatus = 1;
		finding = verdict_of(script_statuses(), &record);
		assert_int_equal(finding.verdict, VERDICT_REFUSAL);
		assert_int_equal(finding.scheme, SCHEME_UNKNOWN);
		assert_true(finding.class >= STATUS_HANDLE);
		record.substatus = -1;
		assert_int_equal(verdict_of(script_statuses(), &record).verdict, VERDICT_REFUSAL);
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
	assert_int_equal(verdict_of_text("0 a 401..0 scheme=kerberos"), VERDICT_UNCLEAR);
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
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=continue"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=kerberos reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm"), VERDICT_TOKEN);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reply=done"), VERDICT_ADMISSION);
	assert_int_equal(verdict_of_text("0 a 401 scheme=ntlm reason=x"), VERDICT_REFUSAL);
	/* Bearer or Digest: as if there were none. */
	assert_int_equal(verdict_of_text("0 a 401 scheme=other"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reason=x"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other user=a@B"), VERDICT_CHALLENGE);
	assert_int_equal(verdict_of_text("0 a 199 scheme=other"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 200 scheme=other"), VERDICT_SERVED);
	assert_int_equal(verdict_of_text("0 a 200 scheme=other user=a@B"), VERDICT_SERVED);
	assert_int_equal(verdict_of_text("0 a 399 scheme=other user=a@B"), VERDICT_SERVED);
	assert_int_equal(verdict_of_text("0 a 400 scheme=other user=a@B"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 431 scheme=other"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 500 scheme=other"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=continue"), VERDICT_LEG);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=reject"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 401 scheme=other reply=done"), VERDICT_ADMISSION);
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
	assert_int_equal(verdict_of_text("0 a 401..1326 user=DOM\\\\a"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_line("0 a 401..1326 user=a", &scheme), VERDICT_REFUSAL);
	assert_int_equal(scheme, SCHEME_BASIC);
}

/* Without a name, with a token and with neither; with a name; with the answer's word. */
static void assert_answers(int status, enum verdict nameless, enum verdict with_token)
{
	char line[64];

	snprintf(line, sizeof(line), "0 a %d", status);
	assert_int_equal(verdict_of_text(line), nameless);
	snprintf(line, sizeof(line), "0 a %d scheme=none", status);
	assert_int_equal(
	    verdict_of_text(line), nameless == VERDICT_SERVED ? VERDICT_NOTHING : nameless);
	snprintf(line, sizeof(line), "0 a %d scheme=kerberos", status);
	assert_int_equal(verdict_of_text(line), with_token);
	snprintf(line, sizeof(line), "0 a %d user=b", status);
	assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
	snprintf(line, sizeof(line), "0 a %d scheme=kerberos reply=done", status);
	assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
	snprintf(line, sizeof(line), "0 a %d scheme=kerberos reply=reject user=b", status);
	assert_int_equal(verdict_of_text(line), status < 400 ? VERDICT_NOTHING : VERDICT_REFUSAL);
	snprintf(line, sizeof(line), "0 a %d reply=reject user=b", status);
	assert_int_equal(verdict_of_text(line), VERDICT_ADMISSION);
}

static void test_other_statuses(unused_parameter void **state)
{
	/* Beyond 401 and 407 a name admits, and a bare token proves nothing where the page was
	 * served. */
	static const int served[] = {100, 200, 204, 302, 304, 399};
	static const int failed[] = {404, 405, 409, 412, 416, 501};
	static const int nothing[] = {408, 429, 444, 499, 502, 503, 504};
	static const int too_large[] = {400, 413};

	for (size_t i = 0; i < count_of(served); i++)
		assert_answers(served[i], VERDICT_SERVED, VERDICT_PASSAGE);
	for (size_t i = 0; i < count_of(failed); i++)
		assert_answers(failed[i], VERDICT_NOTHING, VERDICT_PASSAGE);
	for (size_t i = 0; i < count_of(nothing); i++)
		assert_answers(nothing[i], VERDICT_NOTHING, VERDICT_NOTHING);
	for (size_t i = 0; i < count_of(too_large); i++)
		assert_answers(too_large[i], VERDICT_OVERSIZE, VERDICT_OVERSIZE);
	assert_answers(403, VERDICT_DENIAL, VERDICT_REFUSAL);
	assert_answers(431, VERDICT_REFUSAL, VERDICT_REFUSAL);
	assert_answers(494, VERDICT_REFUSAL, VERDICT_REFUSAL);
	assert_answers(500, VERDICT_DENIAL, VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 0 user=b"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 99 scheme=kerberos reply=done"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 100 scheme=kerberos"), VERDICT_PASSAGE);
	/* A log with codes shows a user where there is one. */
	assert_int_equal(verdict_of_text("0 a 200.0"), VERDICT_NOTHING);
	assert_int_equal(verdict_of_text("0 a 200..0"), VERDICT_NOTHING);
}

static void test_causes(unused_parameter void **state)
{
	/* What a refusal is owed to, and the class of the server's code. */
	assert_int_equal(finding_of("0 a 400").cause, CAUSE_OVERSIZE);
	assert_int_equal(finding_of("0 a 413").cause, CAUSE_OVERSIZE);
	assert_int_equal(finding_of("0 a 431").cause, CAUSE_OVERSIZE);
	assert_int_equal(finding_of("0 a 494").cause, CAUSE_OVERSIZE);
	assert_int_equal(finding_of("0 a 500").cause, CAUSE_SERVER_ERROR);
	assert_int_equal(finding_of("0 a 403").cause, CAUSE_TOKEN);
	assert_int_equal(finding_of("0 a 401").cause, CAUSE_TOKEN);
	assert_int_equal(verdict_of_text("0 a 400 reason=FieldLength"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 400 reason=RequestLength"), VERDICT_REFUSAL);
	assert_int_equal(verdict_of_text("0 a 400 reason=Verb"), VERDICT_OVERSIZE);
	assert_int_equal(verdict_of_text("0 a 403 reason=FieldLength"), VERDICT_DENIAL);
	assert_int_equal(finding_of("0 a 401.1.2148074241").class, STATUS_HANDLE);
	assert_int_equal(finding_of("0 a 401..2148074241").class, STATUS_HANDLE);
	assert_int_equal(finding_of("0 a 401.1.1326 user=bob").class, STATUS_PASSWORD);
	assert_int_equal(finding_of("0 a 401..1326 user=DOM\\bob").class, STATUS_PASSWORD);
	assert_int_equal(finding_of("0 a 401.2.2148074241").class, STATUS_UNLISTED);
	assert_int_equal(finding_of("0 a 401.1.7").class, STATUS_UNLISTED);
}

static void test_without_rules(unused_parameter void **state)
{
	/* Where no rules say what codes mean, a 401 is read as if it had none. */
	struct record record = script_record(view_of_text("0 a 401.1.2148074241"));

	assert_int_equal(verdict_of(NULL, &record).verdict, VERDICT_UNCLEAR);
	record = script_record(view_of_text("0 a 401..2148074254"));
	assert_int_equal(verdict_of(NULL, &record).verdict, VERDICT_UNCLEAR);
	record = script_record(view_of_text("0 a 401.2.5 scheme=kerberos"));
	assert_int_equal(verdict_of(NULL, &record).verdict, VERDICT_REFUSAL);
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
	    cmocka_unit_test(test_causes),
	    cmocka_unit_test(test_without_rules),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
