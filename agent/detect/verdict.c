#include "detect/verdict.h"

/* What a class of codes makes of a 401 whose sub-status is that of a logon, and of one without
 * sub-status. Those not named here are refusals. */
static const struct {
	enum verdict logon;
	enum verdict without_substatus;
} class_verdicts[STATUS_HANDLE] = {
    [STATUS_UNLISTED] = {VERDICT_REFUSAL, VERDICT_UNCLEAR},
    [STATUS_CHALLENGE] = {VERDICT_TOKEN, VERDICT_UNCLEAR}, /* NTLM's middle leg in early IIS 6 */
    [STATUS_LEG] = {VERDICT_LEG, VERDICT_LEG},
    [STATUS_CLIENT_GONE] = {VERDICT_NOTHING, VERDICT_NOTHING},
};

/* What a status says to somebody without a name, by whether there was a token. What is not here is
 * no refusal. */
static const struct {
	int status;
	enum verdict without_token, with_token;
	enum cause cause;
} nameless_verdicts[] = {
    {400, VERDICT_OVERSIZE, VERDICT_OVERSIZE, CAUSE_OVERSIZE},
    {403, VERDICT_DENIAL, VERDICT_REFUSAL, CAUSE_TOKEN}, /* hadoop-auth, nginx */
    {408, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN},
    {413, VERDICT_OVERSIZE, VERDICT_OVERSIZE, CAUSE_OVERSIZE},
    {429, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN}, /* a limiter before the sign-in */
    {431, VERDICT_REFUSAL, VERDICT_REFUSAL, CAUSE_OVERSIZE},
    {444, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN}, /* nginx: no answer at all */
    {494, VERDICT_REFUSAL, VERDICT_REFUSAL, CAUSE_OVERSIZE}, /* nginx */
    {499, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN}, /* nginx: the client went away */
    {500, VERDICT_DENIAL, VERDICT_REFUSAL, CAUSE_SERVER_ERROR}, /* no credentials of its own */
    {502, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN},
    {503, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN},
    {504, VERDICT_NOTHING, VERDICT_NOTHING, CAUSE_TOKEN},
};

/* How HTTPERR words that the headers were too large. */
static const struct view oversize_reasons[] = {VIEW("FieldLength"), VIEW("RequestLength")};

/* A 401 on what the client sent, by what the answer said. Kerberos and Basic are refused at their
 * first leg or not at all: a server that wants another leg after a Kerberos token wants NTLM, and
 * whoever does not go on then was refused. So was everybody where merr= is never filled in. */
static const enum verdict token_verdicts[SCHEME_COUNT][REPLY_DONE + 1] = {
    [SCHEME_UNKNOWN] = {VERDICT_UNCLEAR, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_NONE] = {VERDICT_CHALLENGE, VERDICT_CHALLENGE, VERDICT_CHALLENGE, VERDICT_CHALLENGE},
    [SCHEME_KERBEROS] = {VERDICT_REFUSAL, VERDICT_TOKEN, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_NTLM] = {VERDICT_TOKEN, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
    [SCHEME_BASIC] = {VERDICT_REFUSAL, VERDICT_REFUSAL, VERDICT_REFUSAL, VERDICT_REFUSAL},
    [SCHEME_OTHER] = {VERDICT_CHALLENGE, VERDICT_LEG, VERDICT_REFUSAL, VERDICT_ADMISSION},
};

/* A token for somebody else: Bearer, Digest. What Negotiate may carry beside Kerberos and NTLM has
 * the same scheme, but of that the answer says something, where the log shows it. */
static bool is_foreign(const struct record *record)
{
	return record->scheme == SCHEME_OTHER && record->reply == REPLY_UNKNOWN;
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

/* A 401 of IIS by its code. */
static void judge_code(const struct record *record, bool has_substatus, struct finding *finding)
{
	enum status_class class = finding->class;

	if (record->win32 < 0)
		class = STATUS_CHALLENGE;
	if (class >= STATUS_HANDLE)
		finding->verdict = VERDICT_REFUSAL;
	else if (has_substatus)
		finding->verdict = class_verdicts[class].logon;
	else
		finding->verdict = class_verdicts[class].without_substatus;
	/* Only a Basic name is logged with a refusal: Negotiate has none yet. */
	if (!view_is_empty(record->user) &&
	    (finding->verdict == VERDICT_TOKEN || finding->verdict == VERDICT_REFUSAL)) {
		finding->scheme = SCHEME_BASIC;
		finding->verdict = VERDICT_REFUSAL;
	}
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

static bool is_oversize_reason(struct view reason)
{
	for (size_t i = 0; i < count_of(oversize_reasons); i++)
		if (view_equal(reason, oversize_reasons[i]))
			return true;
	return false;
}

static void judge_nameless(const struct record *record, struct finding *finding)
{
	for (size_t i = 0; i < count_of(nameless_verdicts); i++) {
		if (nameless_verdicts[i].status != record->status)
			continue;
		finding->cause = nameless_verdicts[i].cause;
		finding->verdict = has_token(record) ? nameless_verdicts[i].with_token
						     : nameless_verdicts[i].without_token;
		if (finding->verdict == VERDICT_OVERSIZE && is_oversize_reason(record->reason))
			finding->verdict = VERDICT_REFUSAL;
		/* What was refused need not be what this line shows. */
		if (finding->scheme == SCHEME_NONE)
			finding->scheme = SCHEME_UNKNOWN;
		return;
	}
	finding->verdict = has_token(record) ? VERDICT_PASSAGE : VERDICT_NOTHING;
}

/* Any status that does not ask to sign in. */
static void judge_answer(const struct record *record, struct finding *finding)
{
	if (record->status < 100)
		return;
	if (has_token(record) && record->reply == REPLY_REJECT)
		finding->verdict = record->status >= 400 ? VERDICT_REFUSAL : VERDICT_NOTHING;
	else if (!view_is_empty(record->user) || record->reply == REPLY_DONE)
		finding->verdict = VERDICT_ADMISSION;
	else if (has_token(record) || record->status >= 400)
		judge_nameless(record, finding);
	else if (record->scheme == SCHEME_UNKNOWN && record->substatus < 0 && record->win32 < 0)
		finding->verdict = VERDICT_SERVED;
}

/* A 401 whose sub-status says where it comes from. */
static void judge_substatus(
    const struct statuses *statuses, const struct record *record, struct finding *finding)
{
	switch (statuses_substatus(statuses, record->substatus)) {
	case SUBSTATUS_LOGON:
		finding->class = statuses_win32(statuses, record->win32);
		judge_code(record, true, finding);
		break;
	case SUBSTATUS_CHALLENGE:
		/* Whoever read the line may take it for a question, but a token may have been
		 * there. */
		finding->scheme = SCHEME_UNKNOWN;
		/* URL authorization says no to whom it knows by a 401.2, too. */
		finding->verdict =
		    !view_is_empty(record->user) && is_principal(record->user)
		    ? VERDICT_ADMISSION
		    : VERDICT_UNCLEAR;
		break;
	default:
		finding->verdict =
		    view_is_empty(record->user) ? VERDICT_NOTHING : VERDICT_ADMISSION;
		break;
	}
}

/* Whether a name or a page is had by it is no business of this sign-in, but a page closes a
 * question that was answered so. */
static struct finding judge_foreign(const struct record *record)
{
	struct finding finding = {.scheme = SCHEME_NONE};

	if (asks_to_sign_in(record->status))
		finding.verdict = VERDICT_CHALLENGE;
	else if (record->status >= 200 && record->status < 400)
		finding.verdict = VERDICT_SERVED;
	return finding;
}

static struct finding judge(const struct statuses *statuses, const struct record *record)
{
	struct finding finding = {.scheme = record->scheme};

	if (is_foreign(record))
		return judge_foreign(record);
	if (!asks_to_sign_in(record->status)) {
		judge_answer(record, &finding);
		return finding;
	}
	if (statuses != NULL && record->substatus >= 0) {
		judge_substatus(statuses, record, &finding);
		return finding;
	}
	if (statuses != NULL && record->win32 >= 0) {
		finding.class = statuses_win32(statuses, record->win32);
		judge_code(record, false, &finding);
		if (view_is_empty(record->user) || finding.verdict == VERDICT_REFUSAL)
			return finding;
	}
	finding.verdict = failure_verdict(record, &finding.scheme);
	return finding;
}

/* What most lines are: judge() would say the same. */
static bool is_plain_admission(const struct record *record)
{
	return record->status >= 100 && record->status < 400 && record->scheme != SCHEME_OTHER &&
	    record->reply != REPLY_REJECT && !view_is_empty(record->user);
}

struct finding verdict_of(const struct statuses *statuses, const struct record *record)
{
	if (is_plain_admission(record))
		return (struct finding){.verdict = VERDICT_ADMISSION, .scheme = record->scheme};
	return judge(statuses, record);
}
