#include "report/http_crowd.h"

static void remove_at(struct http_crowd *crowd, size_t place)
{
	crowd->count--;
	for (; place < crowd->count; place++)
		crowd->waiting[place] = crowd->waiting[place + 1];
}

static size_t count_of_client(const struct http_crowd *crowd, const struct http_client *client)
{
	size_t count = 0;

	for (size_t i = 0; i < crowd->count; i++)
		count += http_client_equal(&crowd->waiting[i]->client, client);
	return count;
}

/* Of the client with the most of them the first. */
static size_t find_greediest(const struct http_crowd *crowd)
{
	size_t greediest = 0;
	size_t most = 0;

	for (size_t i = 0; i < crowd->count; i++) {
		size_t count = count_of_client(crowd, &crowd->waiting[i]->client);

		if (count > most) {
			most = count;
			greediest = i;
		}
	}
	return greediest;
}

static size_t find_first_of(const struct http_crowd *crowd, const struct http_client *client)
{
	size_t place = 0;

	while (!http_client_equal(&crowd->waiting[place]->client, client))
		place++;
	return place;
}

static struct http_crowd_member *take_out(
    struct http_crowd *crowd, size_t place, enum http_cut why)
{
	struct http_crowd_member *member = crowd->waiting[place];

	remove_at(crowd, place);
	crowd->cut[why]++;
	return member;
}

struct http_crowd_member *http_crowd_join(
    struct http_crowd *crowd, struct http_crowd_member *member, int64_t deadline_ms)
{
	member->deadline_ms = deadline_ms;
	crowd->waiting[crowd->count++] = member;
	if (count_of_client(crowd, &member->client) > HTTP_CROWD_OF_CLIENT)
		return take_out(
		    crowd, find_first_of(crowd, &member->client), HTTP_CUT_CLIENT_FULL);
	if (crowd->count > HTTP_CROWD_MEMBERS)
		return take_out(crowd, find_greediest(crowd), HTTP_CUT_ALL_FULL);
	return NULL;
}

bool http_crowd_leave(struct http_crowd *crowd, const struct http_crowd_member *member)
{
	for (size_t i = 0; i < crowd->count; i++) {
		if (crowd->waiting[i] == member) {
			remove_at(crowd, i);
			return true;
		}
	}
	return false;
}

struct http_crowd_member *http_crowd_expire(struct http_crowd *crowd, int64_t now_ms)
{
	return crowd->count > 0 && crowd->waiting[0]->deadline_ms <= now_ms
		   ? take_out(crowd, 0, HTTP_CUT_SLOW)
		   : NULL;
}

int64_t http_crowd_next_ms(const struct http_crowd *crowd)
{
	return crowd->count > 0 ? crowd->waiting[0]->deadline_ms : INT64_MAX;
}
