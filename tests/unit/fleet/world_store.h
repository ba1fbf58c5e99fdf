/* A stand-in for etcd that does what its transactions promise, in simulated time. */
#ifndef AUTHMEDIC_TESTS_FLEET_WORLD_STORE_H
#define AUTHMEDIC_TESTS_FLEET_WORLD_STORE_H

#include "world.h"

#define STORE_MAX_KEYS	 64
#define STORE_MAX_LEASES 256

struct store_key {
	char key[ETCD_MAX_KEY_BYTES];
	char value[ETCD_MAX_VALUE_BYTES];
	int64_t lease, create_revision, mod_revision;
};

struct store {
	int64_t revision;
	int64_t last_lease;
	struct {
		int64_t id, ttl_ms, until_ms;
	} leases[STORE_MAX_LEASES];
	size_t lease_count;
	struct store_key keys[STORE_MAX_KEYS];
	size_t key_count;
	bool is_full; /* takes no puts and grants no leases; all else it does */
	enum world_guard without;
};

void store_init(struct store *store, enum world_guard without);
/* What had its time is gone. */
void store_expire(struct store *store, int64_t now_ms);
/* Whether the value of a key with that in its name has that text in it. */
bool store_says(const struct store *store, const char *key, const char *text);
/* A new leader does not know how long ago each lease was kept alive. */
void store_change_leader(struct store *store, int64_t now_ms);
/* An error as of etcd_answer_parse(), or an answer for etcd_answer_done(). */
int store_answer(struct store *store, int64_t now_ms, const struct etcd_request *request,
    struct etcd_answer *ret_answer);

#endif
