#include "report/http_login.h"

#include <errno.h>

#include "base/random.h"
#include "loop/work.h"
#include "report/http_authorization.h"
#include "report/http_failures.h"

/* A check. Its own until it is over: the login may be gone before. */
struct attempt {
	struct http_login *login; /* NULL: nobody wants to know any more */
	void *asker;
	struct http_client client;
	struct secret_digest digest; /* of the name and the password */
	char password[HTTP_MAX_PASSWORD_BYTES + 1];
	char hash[PASSWORD_HASH_BYTES];
	bool is_user;
	bool matches;
};

struct http_login {
	struct http_login_options options;
	struct secret_digest key;
	/* The first one runs. */
	struct attempt *attempts[HTTP_LOGIN_WAITING];
	size_t attempt_count;
	struct secret_digest good[HTTP_LOGIN_REMEMBERED];
	size_t good_count; /* ever; the oldest is overwritten */
	struct http_failures failures;
	struct http_login_totals totals;
};

static void attempt_free(struct attempt **attempt)
{
	if (*attempt == NULL)
		return;
	secret_forget(*attempt, sizeof(**attempt));
	free(*attempt);
	*attempt = NULL;
}

/* Looks at all of them, so that time does not tell which. */
static bool is_remembered(const struct http_login *login, const struct secret_digest *digest)
{
	size_t count = login->good_count < HTTP_LOGIN_REMEMBERED ? login->good_count
								 : HTTP_LOGIN_REMEMBERED;
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= secret_equal(&login->good[i], digest, sizeof(*digest));
	return found;
}

static void remember(struct http_login *login, const struct secret_digest *digest)
{
	if (!is_remembered(login, digest))
		login->good[login->good_count++ % HTTP_LOGIN_REMEMBERED] = *digest;
}

/* Of both arrays whole: what is behind the texts is zero. */
static int digest_of(const struct http_login *login, const struct http_credentials *credentials,
    struct secret_digest *ret_digest)
{
	return secret_digest_make(&login->key,
	    view_of((const char *)credentials, sizeof(*credentials)), ret_digest);
}

static enum http_verdict count(struct http_login *login, enum http_verdict verdict)
{
	if (verdict < HTTP_VERDICT_COUNT)
		login->totals.verdicts[verdict]++;
	return verdict;
}

/* -- checks, one after the other -- */

/* Beside the loop. */
static void on_run(void *context)
{
	struct attempt *attempt = context;

	attempt->matches = password_hash_matches(attempt->hash, attempt->password);
}

static void finish_first(struct http_login *login, enum http_verdict verdict)
{
	struct attempt *attempt = login->attempts[0];
	void *asker = attempt->asker;

	if (verdict == HTTP_VERDICT_ACCEPTED)
		http_failures_take_back(&login->failures, &attempt->client);
	login->attempt_count--;
	for (size_t i = 0; i < login->attempt_count; i++)
		login->attempts[i] = login->attempts[i + 1];
	attempt_free(&attempt);
	login->options.on_verdict(asker, count(login, verdict));
}

static void on_checked(void *context);

/* Starts the first check; those before it that need none are answered. */
static void go_on(struct http_login *login)
{
	while (login->attempt_count > 0) {
		struct attempt *attempt = login->attempts[0];
		const struct work work = {on_run, on_checked, attempt};

		if (is_remembered(login, &attempt->digest)) {
			finish_first(login, HTTP_VERDICT_ACCEPTED);
		} else if (work_start(login->options.loop, &work) == 0) {
			login->totals.checks++;
			return;
		} else {
			finish_first(login, HTTP_VERDICT_BUSY);
		}
	}
}

static void on_checked(void *context)
{
	struct attempt *attempt = context;
	struct http_login *login = attempt->login;
	bool is_good = attempt->is_user && attempt->matches;

	if (login == NULL) {
		attempt_free(&attempt);
		return;
	}
	if (is_good)
		remember(login, &attempt->digest);
	finish_first(login, is_good ? HTTP_VERDICT_ACCEPTED : HTTP_VERDICT_REJECTED);
	go_on(login);
}

static int attempt_new(struct attempt **ret_attempt, struct http_login *login,
    const struct http_credentials *credentials)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int error = attempt == NULL ? -ENOMEM : digest_of(login, credentials, &attempt->digest);

	if (error < 0) {
		attempt_free(&attempt);
		return error;
	}
	attempt->login = login;
	memcpy(attempt->password, credentials->password, sizeof(attempt->password));
	attempt->is_user =
	    http_users_find(login->options.users, credentials->user, &login->key, attempt->hash);
	*ret_attempt = attempt;
	return 0;
}

static enum http_verdict enqueue(struct http_login *login, struct attempt *attempt,
    const struct http_login_request *request, int64_t now_ms)
{
	const struct work work = {on_run, on_checked, attempt};

	attempt->asker = request->asker;
	attempt->client = request->client;
	if (login->attempt_count == HTTP_LOGIN_WAITING ||
	    (login->attempt_count == 0 && work_start(login->options.loop, &work) < 0)) {
		attempt_free(&attempt);
		return HTTP_VERDICT_BUSY;
	}
	login->totals.checks += login->attempt_count == 0;
	login->attempts[login->attempt_count++] = attempt;
	http_failures_add(&login->failures, &request->client, now_ms);
	return HTTP_VERDICT_LATER;
}

static enum http_verdict check(struct http_login *login, const struct http_login_request *request,
    const struct http_credentials *credentials, int64_t now_ms)
{
	struct attempt *attempt = NULL;

	if (attempt_new(&attempt, login, credentials) < 0)
		return HTTP_VERDICT_BUSY;
	if (is_remembered(login, &attempt->digest)) {
		attempt_free(&attempt);
		return HTTP_VERDICT_ACCEPTED;
	}
	return enqueue(login, attempt, request, now_ms);
}

enum http_verdict http_login_check(
    struct http_login *login, const struct http_login_request *request, int64_t now_ms)
{
	struct http_credentials credentials;
	enum http_verdict verdict;

	if (view_is_empty(request->authorization))
		return count(login, HTTP_VERDICT_REJECTED);
	/* Before what is remembered: else a client that is limited could guess on at full speed. */
	if (http_failures_is_limited(&login->failures, &request->client, now_ms))
		return count(login, HTTP_VERDICT_LIMITED);
	if (http_authorization_parse(request->authorization, &credentials) < 0) {
		http_failures_add(&login->failures, &request->client, now_ms);
		return count(login, HTTP_VERDICT_REJECTED);
	}
	verdict = check(login, request, &credentials, now_ms);
	http_credentials_forget(&credentials);
	return count(login, verdict);
}

int http_login_new(struct http_login **ret_login, const struct http_login_options *options)
{
	struct http_login *login = calloc(1, sizeof(*login));
	int error;

	if (login == NULL)
		return -ENOMEM;
	login->options = *options;
	error = random_bytes(login->key.bytes, sizeof(login->key.bytes));
	if (error < 0) {
		http_login_close(&login);
		return error;
	}
	*ret_login = login;
	return 0;
}

void http_login_close(struct http_login **login_place)
{
	struct http_login *login = take_pointer(*login_place);

	if (login == NULL)
		return;
	for (size_t i = 0; i < login->attempt_count; i++) {
		login->attempts[i]->login = NULL;
		if (i > 0) /* the first one runs, and goes when it is over */
			attempt_free(&login->attempts[i]);
	}
	secret_forget(login, sizeof(*login));
	free(login);
}

struct http_login_totals http_login_totals(const struct http_login *login)
{
	struct http_login_totals totals = login->totals;

	totals.forgotten_clients = login->failures.forgotten;
	return totals;
}
