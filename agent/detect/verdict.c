#include "detect/verdict.h"

/* The statuses that stand for "sign in first". */
static const int auth_failure_statuses[] = {401, 407};

/* Sub-statuses of IIS's 401. The others come from authorisation, limits or the application, that is
 * after or without a sign-in. */
enum {
	LOGON_FAILED = 1,
	LOGON_DENIED = 2 /* by configuration: also the plain challenge */
};

/* What sc-win32-status makes of a 401.1 and of a 401 without sub-status. */
static const struct {
	int64_t first, last;
	enum verdict logon_failed;
	enum verdict without_substatus;
} win32_classes[] = {
    {-1, -1, VERDICT_TOKEN, VERDICT_UNCLEAR},
    {0, 0, VERDICT_TOKEN, VERDICT_UNCLEAR}, /* early IIS 6 logs NTLM's middle leg so */
    {5, 5, VERDICT_TOKEN, VERDICT_UNCLEAR},
    {64, 64, VERDICT_NOTHING, VERDICT_NOTHING},                 /* the client went away */
    {0x8009030e, 0x8009030e, VERDICT_LEG, VERDICT_LEG},         /* SEC_E_NO_CREDENTIALS */
    {1311, 1311, VERDICT_REFUSAL, VERDICT_REFUSAL},             /* no logon servers */
    {1326, 1331, VERDICT_REFUSAL, VERDICT_REFUSAL},             /* password, account */
    {1385, 1398, VERDICT_REFUSAL, VERDICT_REFUSAL},             /* logon type, clocks */
    {1786, 1793, VERDICT_REFUSAL, VERDICT_REFUSAL},             /* trust, account */
    {1907, 1937, VERDICT_REFUSAL, VERDICT_REFUSAL},             /* account, NTLM blocked */
    {0x80090300, 0x800903ff, VERDICT_REFUSAL, VERDICT_REFUSAL}, /* SEC_E_* */
    {0xc0000000, 0xcfffffff, VERDICT_REFUSAL, VERDICT_REFUSAL}, /* STATUS_* */
};

/* A 401 on what the client sent, by what the answer said. Kerberos and Basic are refused at their
 * first leg or not at all. */
static const enum verdict token_verdicts[SCHEME_COUNT][REPLY_DONE + 1] = {
    [SCHEME_UNKNOWN] = {VERDICT_UNCLEAR, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_NONE] = {VERDICT_CHALLENGE, VERDICT_CHALLENGE, VERDICT_CHALLENGE, VERDICT_CHALLENGE},
    [SCHEME_KERBEROS] = {VERDICT_REFUSAL, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_NTLM] = {VERDICT_TOKEN, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_BASIC] = {VERDICT_REFUSAL, VERDICT_REFUSAL, VERDICT_REFUSAL, VERDICT_REFUSAL},
    [SCHEME_OTHER] = {VERDICT_TOKEN, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
};

static bool is_auth_failure(int status)
{
	for (size_t i = 0; i < count_of(auth_failure_statuses); i++)
		if (auth_failure_statuses[i] == status)
			return true;
	return false;
}

static bool has_token(const struct record *record)
{
	return record->scheme != SCHEME_UNKNOWN && record->scheme != SCHEME_NONE;
}

/* alice@EXAMPLE.TEST or EXAMPLE\alice: whom Negotiate signed in, not what somebody typed. */
static bool is_principal(struct view user)
{
	return memchr(user.data, '@', user.length) != NULL ||
	    memchr(user.data, '\\', user.length) != NULL;
}

static enum verdict iis_verdict(const struct record *record, enum scheme *scheme)
{
	bool logon_failed = record->substatus == LOGON_FAILED;
	enum verdict verdict = logon_failed ? VERDICT_REFUSAL : VERDICT_UNCLEAR;

	for (size_t i = 0; i < count_of(win32_classes); i++)
		if (record->win32 >= win32_classes[i].first &&
		    record->win32 <= win32_classes[i].last) {
			verdict = logon_failed ? win32_classes[i].logon_failed
					       : win32_classes[i].without_substatus;
			break;
		}
	/* Only a Basic name is logged with a refusal: Negotiate has none yet. */
	if (logon_failed && !view_is_empty(record->user) &&
	    (verdict == VERDICT_TOKEN || verdict == VERDICT_REFUSAL)) {
		*scheme = SCHEME_BASIC;
		return VERDICT_REFUSAL;
	}
	return verdict;
}

/* A 401 with a user in a log without tokens: a page that this user may not have, or a bad
 * password, whose user name servers log before they know it. */
static enum verdict named_failure(const struct record *record, enum scheme *scheme)
{
	if (is_principal(record->user))
		return VERDICT_ADMISSION;
	*scheme = SCHEME_BASIC;
	return VERDICT_REFUSAL;
}

static enum verdict failure_verdict(const struct record *record, enum scheme *scheme)
{
	enum verdict verdict = token_verdicts[record->scheme][record->reply];

	if (!has_token(record))
		return verdict == VERDICT_UNCLEAR && !view_is_empty(record->user)
		    ? named_failure(record, scheme)
		    : verdict;
	if (record->reply != REPLY_UNKNOWN || record->scheme == SCHEME_BASIC)
		return verdict;
	if (!view_is_empty(record->reason))
		return VERDICT_REFUSAL;
	/* Signed in, but this user may not have this page. */
	return view_is_empty(record->user) ? verdict : VERDICT_ADMISSION;
}

static enum verdict success_verdict(const struct record *record)
{
	if (record->status < 100)
		return VERDICT_NOTHING;
	if (has_token(record) && record->reply == REPLY_REJECT)
		return record->status >= 400 ? VERDICT_REFUSAL : VERDICT_NOTHING;
	if (!view_is_empty(record->user) || record->reply == REPLY_DONE)
		return VERDICT_ADMISSION;
	return has_token(record) ? VERDICT_PASSAGE : VERDICT_NOTHING;
}

enum verdict verdict_of(const struct record *record, enum scheme *ret_scheme)
{
	*ret_scheme = record->scheme;
	if (!is_auth_failure(record->status))
		return success_verdict(record);
	if (record->substatus == LOGON_FAILED)
		return iis_verdict(record, ret_scheme);
	if (record->substatus == LOGON_DENIED) {
		*ret_scheme = SCHEME_UNKNOWN;
		return VERDICT_UNCLEAR;
	}
	if (record->substatus >= 0)
		return view_is_empty(record->user) ? VERDICT_NOTHING : VERDICT_ADMISSION;
	if (record->win32 >= 0 && view_is_empty(record->user))
		return iis_verdict(record, ret_scheme);
	return failure_verdict(record, ret_scheme);
}
