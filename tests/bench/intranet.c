#include "intranet.h"

#include <errno.h>
#include <inttypes.h>

#include "intranet_texts.h"

#define DAY_BEGINS_MS INT64_C(1795500000000) /* a Tuesday in November 2026, 06:00 UTC */
#define DAY_MS        (INT64_C(12) * 3600 * 1000)
#define PAGE_REQUESTS 32

/* How clients differ. People are most of them, as in any intranet; programs ask more often. */
enum kind {
	KIND_PERSON, /* a browser: pages with what they need, over kept connections */
	KIND_NTLM, /* the same from a machine that has no ticket: three legs a connection */
	KIND_SYNC, /* office and mail programs: one or two requests a connection */
	KIND_SCRIPT, /* sends its token unasked */
	KIND_CRAWLER, /* asks for public and protected pages and never signs in */
	KIND_MONITOR, /* one public page, again and again */
	KIND_COUNT
};

static const struct {
	unsigned per_mille; /* of the clients */
	unsigned weight_max; /* how much more than others they may ask */
	unsigned connection; /* authenticated requests a connection, at most */
	unsigned public_percent;
} kinds[KIND_COUNT] = {
    [KIND_PERSON] = {905, 12, 14, 22},
    [KIND_NTLM] = {40, 12, 14, 22},
    [KIND_SYNC] = {30, 8, 2, 0},
    [KIND_SCRIPT] = {15, 20, 1, 0},
    [KIND_CRAWLER] = {5, 40, 1, 60},
    [KIND_MONITOR] = {5, 40, 1, 100},
};

enum phase { PHASE_IDLE, PHASE_LEG, PHASE_ANSWER };

struct client {
	int64_t next_ms;
	int64_t pause_ms; /* on average, between what it begins by itself */
	uint32_t number;
	uint32_t path; /* of the challenged request, which comes again */
	uint16_t left; /* authenticated requests left on this connection */
	uint16_t burst; /* requests left of this page */
	uint8_t kind;
	uint8_t phase;
	uint8_t agent;
	uint8_t page; /* the page that is open, the referer of what it needs */
};

struct intranet {
	struct client *heap; /* the next one to ask comes first */
	uint32_t count;
	uint32_t page_requests; /* that a page takes, at most */
	uint64_t random;
};

/* splitmix64 */
static uint64_t draw(struct intranet *intranet)
{
	uint64_t z = intranet->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t below(struct intranet *intranet, uint32_t limit)
{
	return (uint32_t)(((draw(intranet) >> 32) * limit) >> 32);
}

/* -- the clients ------------------------------------------------------------------------------ */

static void sift_down(struct intranet *intranet, uint32_t at)
{
	struct client moved = intranet->heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= intranet->count)
			break;
		if (child + 1 < intranet->count &&
		    intranet->heap[child + 1].next_ms < intranet->heap[child].next_ms)
			child++;
		if (intranet->heap[child].next_ms >= moved.next_ms)
			break;
		intranet->heap[at] = intranet->heap[child];
		at = child;
	}
	intranet->heap[at] = moved;
}

static uint8_t draw_kind(struct intranet *intranet)
{
	uint32_t lot = below(intranet, 1000);
	uint8_t kind = KIND_PERSON;

	while (kind < KIND_MONITOR && lot >= kinds[kind].per_mille)
		lot -= kinds[kind++].per_mille;
	return kind;
}

static uint8_t draw_agent(struct intranet *intranet, uint8_t kind)
{
	switch (kind) {
	case KIND_SYNC:
		return (uint8_t)(SYNC_AGENTS_FROM + below(intranet, SYNC_AGENTS));
	case KIND_SCRIPT:
		return (uint8_t)(SCRIPT_AGENTS_FROM + below(intranet, SCRIPT_AGENTS));
	case KIND_CRAWLER:
	case KIND_MONITOR:
		return (uint8_t)(CRAWLER_AGENTS_FROM + below(intranet, CRAWLER_AGENTS));
	default:
		return (uint8_t)below(intranet, BROWSER_AGENTS);
	}
}

static void make_clients(struct intranet *intranet, const struct intranet_options *options)
{
	/* A person's page takes about 12 requests, so that pauses are as much longer. */
	double mean_ms = (double)DAY_MS * options->clients / (double)options->requests;

	for (uint32_t i = 0; i < options->clients; i++) {
		struct client *client = &intranet->heap[i];
		uint8_t kind = draw_kind(intranet);
		double weight = 1.0 + below(intranet, kinds[kind].weight_max);
		int64_t first_ms;

		*client =
		    (struct client){.number = i, .kind = kind, .agent = draw_agent(intranet, kind)};
		client->pause_ms = (int64_t)(mean_ms * 4.2 * 16.0 / weight) + 1;
		first_ms = client->pause_ms * 2 < DAY_MS / 2 ? client->pause_ms * 2 : DAY_MS / 2;
		client->next_ms = DAY_BEGINS_MS + (int64_t)(draw(intranet) % (uint64_t)first_ms);
	}
	for (uint32_t i = options->clients / 2; i-- > 0;)
		sift_down(intranet, i);
}

/* Fewer where there are so many clients that some would not get a turn. */
static uint32_t page_requests(const struct intranet_options *options)
{
	uint64_t share = options->requests / options->clients / 4;

	return share < 1 ? 1 : share > PAGE_REQUESTS ? PAGE_REQUESTS : (uint32_t)share;
}

int intranet_new(struct intranet **ret_intranet, const struct intranet_options *options)
{
	struct intranet *intranet;

	if (options->clients == 0 || options->requests == 0)
		return -EINVAL;
	intranet = calloc(1, sizeof(*intranet));
	if (intranet == NULL)
		return -ENOMEM;
	intranet->random = options->seed;
	intranet->count = options->clients;
	intranet->page_requests = page_requests(options);
	intranet->heap = calloc(options->clients, sizeof(*intranet->heap));
	if (intranet->heap == NULL) {
		intranet_free(&intranet);
		return -ENOMEM;
	}
	make_clients(intranet, options);
	*ret_intranet = intranet;
	return 0;
}

void intranet_free(struct intranet **intranet)
{
	if (*intranet == NULL)
		return;
	free((*intranet)->heap);
	free(*intranet);
	*intranet = NULL;
}

/* -- one request ------------------------------------------------------------------------------ */

static void name_client(const struct client *client, struct intranet_request *request)
{
	/* Scattered, as addresses from several offices are; one in sixteen has IPv6. */
	uint32_t scattered = client->number * UINT32_C(2654435761);

	if (scattered % 16 == 3)
		snprintf(request->address, sizeof(request->address), "2001:db8:%x:%x::%x",
		    client->number / 65536 + 1, client->number % 65536, scattered >> 16);
	else
		snprintf(request->address, sizeof(request->address), "10.%u.%u.%u",
		    client->number / 65536 + 20, client->number / 256 % 256, client->number % 256);
}

static void name_user(const struct client *client, struct intranet_request *request)
{
	uint32_t first = client->number % FIRST_NAMES;
	uint32_t last = client->number / FIRST_NAMES;

	if (client->kind == KIND_SCRIPT)
		snprintf(request->user, sizeof(request->user), "svc-%s%u", last_names[first],
		    client->number);
	else
		snprintf(request->user, sizeof(request->user), "%s.%s%u", first_names[first],
		    last_names[last % LAST_NAMES], last / LAST_NAMES);
}

/* `path` picks the template and what is filled in. */
static void name_target(uint32_t path, bool page, struct intranet_request *request)
{
	const char *pattern = page ? pages[path % PAGES] : resources[path % RESOURCES];
	uint32_t filled = path / 64;

	/* The patterns are our own: each takes one hexadecimal number or none. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(request->target, sizeof(request->target), pattern, filled);
#pragma GCC diagnostic pop
}

static void answer(struct intranet *intranet, struct intranet_request *request)
{
	uint32_t lot = below(intranet, 1000);

	request->status = lot < 780 ? 200
	    : lot < 930             ? 304
	    : lot < 960             ? 302
	    : lot < 985             ? 404
	    : lot < 990             ? 403
	    : lot < 996             ? 206
				    : 500;
	request->bytes = request->status == 304
	    ? 0
	    : 200 + below(intranet, UINT32_C(1) << (8 + below(intranet, 13)));
	request->win32 = request->status == 404 ? 2 : 0;
	request->milliseconds = 1 + below(intranet, UINT32_C(1) << below(intranet, 11));
}

static void challenge(
    struct intranet *intranet, struct client *client, struct intranet_request *request, bool second)
{
	request->status = 401;
	request->substatus = second ? 1 : 2;
	request->win32 = second ? UINT32_C(2148074254) : 5;
	request->bytes = second ? 341 : 1293;
	request->milliseconds = below(intranet, 8);
	client->next_ms += 2 + below(intranet, 40);
}

/* The answer on a challenge's second try, and what the connection is good for then. */
static void sign_in(struct intranet *intranet, struct client *client)
{
	client->phase = PHASE_IDLE;
	client->left = (uint16_t)(1 + below(intranet, kinds[client->kind].connection));
}

/* When the client asks by itself again: soon for the rest of a page, else after a pause. */
static void rest(struct intranet *intranet, struct client *client)
{
	if (client->burst > 0) {
		client->burst--;
		client->next_ms += 3 + below(intranet, 120);
		return;
	}
	client->left = client->left > 0 && below(intranet, 4) == 0 ? client->left : 0;
	client->next_ms += 1 + (int64_t)(draw(intranet) % (uint64_t)(client->pause_ms * 2));
	client->page = (uint8_t)below(intranet, PAGES);
	if (client->kind <= KIND_NTLM)
		client->burst = (uint16_t)below(intranet, intranet->page_requests);
}

static void begin(
    struct intranet *intranet, struct client *client, struct intranet_request *request)
{
	bool page = client->burst == 0;
	bool is_public = below(intranet, 100) < kinds[client->kind].public_percent;

	client->path =
	    page ? client->page + 64 * below(intranet, 4000) : below(intranet, UINT32_C(1) << 20);
	name_target(client->path, page, request);
	if (is_public || client->kind == KIND_SCRIPT || client->left > 0) {
		if (!is_public)
			name_user(client, request);
		if (!is_public && client->left > 0)
			client->left--;
		answer(intranet, request);
		rest(intranet, client);
		return;
	}
	challenge(intranet, client, request, false);
	if (client->kind == KIND_CRAWLER)
		rest(intranet, client);
	else
		client->phase = client->kind == KIND_NTLM ? PHASE_LEG : PHASE_ANSWER;
}

void intranet_next(struct intranet *intranet, struct intranet_request *ret_request)
{
	struct client *client = &intranet->heap[0];

	*ret_request = (struct intranet_request){.time_ms = client->next_ms,
	    .method = below(intranet, 12) == 0 ? "POST" : "GET",
	    .referer = client->burst > 0 && client->kind <= KIND_NTLM ? pages[client->page] : "",
	    .agent = agents[client->agent]};
	name_client(client, ret_request);
	if (client->phase == PHASE_IDLE) {
		begin(intranet, client, ret_request);
	} else {
		name_target(client->path, client->burst == 0, ret_request);
		if (client->phase == PHASE_LEG) {
			challenge(intranet, client, ret_request, true);
			client->phase = PHASE_ANSWER;
		} else {
			name_user(client, ret_request);
			answer(intranet, ret_request);
			sign_in(intranet, client);
			rest(intranet, client);
		}
	}
	sift_down(intranet, 0);
}
