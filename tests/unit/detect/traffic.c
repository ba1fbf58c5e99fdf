#include "traffic.h"

/* splitmix64 */
uint64_t traffic_random(struct traffic *traffic)
{
	uint64_t word = traffic->state += UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

unsigned traffic_pick(struct traffic *traffic, unsigned limit)
{
	return (unsigned)(traffic_random(traffic) % limit);
}

static struct view text(struct traffic *traffic, unsigned slot, const char *prefix, unsigned number)
{
	char *bytes = traffic->texts[slot];

	snprintf(bytes, sizeof(traffic->texts[slot]), "%s%u", prefix, number);
	return view_of_text(bytes);
}

static void pick_client(struct traffic *traffic, struct record *record)
{
	unsigned client = traffic_pick(traffic, traffic->clients);

	record->client = text(traffic, 0, "pc", client);
	if (client % 8 == 0)
		return;
	record->address.family = client % 8 == 1 ? 6 : 4;
	memcpy(record->address.bytes, &client, sizeof(client));
	/* Within the voter's /64. */
	if (record->address.family == 6)
		record->address.bytes[15] = (uint8_t)traffic_pick(traffic, 4);
}

static void pick_iis(struct traffic *traffic, struct record *record)
{
	static const int64_t codes[] = {-1, 0, 5, 64, 1326, 2148074245, 2148074252, 2148074254};
	static const int substatuses[] = {-1, 0, 1, 1, 1, 2, 2, 2, 3};

	record->substatus = substatuses[traffic_pick(traffic, count_of(substatuses))];
	record->win32 = codes[traffic_pick(traffic, count_of(codes))];
}

static void pick_tokens(struct traffic *traffic, struct record *record)
{
	record->scheme = (enum scheme)traffic_pick(traffic, SCHEME_COUNT);
	record->reply = (enum reply)traffic_pick(traffic, REPLY_DONE + 1);
	if (traffic_pick(traffic, 4) == 0)
		record->reason = VIEW("Clock skew too great");
}

/* Late by up to three seconds, and now and then after a pause, with a broken date, or on a clock
 * that was set back. */
static void pass_time(struct traffic *traffic, struct record *record)
{
	traffic->now_ms += traffic_pick(traffic, (unsigned)(2 * traffic->step_ms));
	if (traffic_pick(traffic, 200) == 0)
		traffic->now_ms += traffic_pick(traffic, 400000);
	if (traffic_pick(traffic, 1000) == 0)
		traffic->now_ms -= 10000000;
	record->time_ms = traffic->now_ms;
	if (traffic_pick(traffic, 300) == 0)
		record->time_ms += 1000000000;
	if (traffic_pick(traffic, 4) == 0)
		record->time_ms -= traffic_pick(traffic, 3000);
}

struct record traffic_record(struct traffic *traffic)
{
	static const int statuses[] = {
	    401, 401, 401, 401, 407, 200, 200, 200, 302, 400, 403, 404, 413, 431, 500, 0};
	struct record record = {.substatus = -1, .win32 = -1, .sent_bytes = -1};

	pass_time(traffic, &record);
	pick_client(traffic, &record);
	record.status = statuses[traffic_pick(traffic, count_of(statuses))];
	record.agent = text(traffic, 1, "Mozilla/", traffic_pick(traffic, 2));
	record.target = text(traffic, 2, "/page", traffic_pick(traffic, 3));
	if (traffic_pick(traffic, 100) == 0)
		record.agent = VIEW("authmedic-probe/1");
	if ((record.status != 401 || traffic_pick(traffic, 10) == 0) &&
	    traffic_pick(traffic, 3) > 0)
		record.user = text(traffic, 3, "EXAMPLE\\user", traffic_pick(traffic, 5));
	if (traffic_pick(traffic, 4) == 0)
		record.host = VIEW("www.example.com");
	if (traffic_pick(traffic, 8) == 0)
		record.host = VIEW("WWW2.example.com");
	if (traffic_pick(traffic, 4) == 0)
		record.worker = text(traffic, 5, "", traffic_pick(traffic, 6));
	if (traffic_pick(traffic, 20) == 0)
		record.agent = VIEW("");
	if (traffic_pick(traffic, 3) == 0)
		record.connection = text(traffic, 4, "", traffic_pick(traffic, 20));
	switch (traffic_pick(traffic, 3)) {
	case 0:
		pick_iis(traffic, &record);
		break;
	case 1:
		pick_tokens(traffic, &record);
		break;
	}
	return record;
}
