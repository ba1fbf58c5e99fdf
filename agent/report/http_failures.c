#include "report/http_failures.h"

static struct http_failing *find(struct http_failures *failures, const struct http_client *client)
{
	for (size_t i = 0; i < failures->count; i++)
		if (http_client_equal(&failures->clients[i].client, client))
			return &failures->clients[i];
	return NULL;
}

static void forget_old(struct http_failing *failing, int64_t now_ms)
{
	int64_t steps = (now_ms - failing->since_ms) / HTTP_FAILURES_EVERY_MS;

	if (steps <= 0)
		return;
	failing->count = steps < (int64_t)failing->count ? failing->count - (unsigned)steps : 0;
	failing->since_ms += steps * HTTP_FAILURES_EVERY_MS;
}

/* A place for one more: a new one, that of one who has none left, or of one with the fewest. */
static struct http_failing *make_room(struct http_failures *failures, int64_t now_ms)
{
	struct http_failing *best = &failures->clients[0];

	if (failures->count < HTTP_FAILURES_CLIENTS)
		return &failures->clients[failures->count++];
	for (size_t i = 0; i < failures->count; i++) {
		forget_old(&failures->clients[i], now_ms);
		if (failures->clients[i].count < best->count)
			best = &failures->clients[i];
	}
	if (best->count > 0)
		failures->forgotten++;
	return best;
}

bool http_failures_is_limited(
    struct http_failures *failures, const struct http_client *client, int64_t now_ms)
{
	struct http_failing *failing = find(failures, client);

	if (failing == NULL)
		return false;
	forget_old(failing, now_ms);
	return failing->count >= HTTP_FAILURES_AT_ONCE;
}

void http_failures_add(
    struct http_failures *failures, const struct http_client *client, int64_t now_ms)
{
	struct http_failing *failing = find(failures, client);

	if (failing == NULL) {
		failing = make_room(failures, now_ms);
		*failing = (struct http_failing){.client = *client, .since_ms = now_ms};
	}
	forget_old(failing, now_ms);
	if (failing->count == 0)
		failing->since_ms = now_ms;
	failing->count++;
}

void http_failures_take_back(struct http_failures *failures, const struct http_client *client)
{
	struct http_failing *failing = find(failures, client);

	if (failing != NULL && failing->count > 0)
		failing->count--;
}
