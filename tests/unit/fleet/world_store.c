#include "unit.h"

#include <errno.h>

#include "world_store.h"

void store_init(struct store *store, enum world_guard without)
{
	*store = (struct store){.revision = 1, .last_lease = 1000, .without = without};
}

/* ---- leases */

static size_t find_lease(const struct store *store, int64_t id)
{
	size_t i = 0;

	while (i < store->lease_count && store->leases[i].id != id)
		i++;
	return i;
}

static void drop_key(struct store *store, size_t index)
{
	store->keys[index] = store->keys[--store->key_count];
	store->revision++;
}

void store_expire(struct store *store, int64_t now_ms)
{
	for (size_t i = store->lease_count; i-- > 0;) {
		int64_t id = store->leases[i].id;

		if (now_ms < store->leases[i].until_ms)
			continue;
		for (size_t j = store->key_count; j-- > 0;)
			if (store->keys[j].lease == id)
				drop_key(store, j);
		store->leases[i] = store->leases[--store->lease_count];
	}
}

void store_change_leader(struct store *store, int64_t now_ms)
{
	for (size_t i = 0; i < store->lease_count; i++)
		store->leases[i].until_ms = now_ms + store->leases[i].ttl_ms;
}

static int grant(struct store *store, int64_t now_ms, const struct etcd_request *request,
    struct etcd_answer *answer)
{
	int64_t ttl_ms = request->ttl_s * 1000;

	if (store->is_full)
		return -ENOSPC;
	if (store->lease_count == STORE_MAX_LEASES)
		return 0; /* without a time: there is no lease */
	answer->lease = ++store->last_lease;
	answer->ttl_s = request->ttl_s;
	store->leases[store->lease_count].id = answer->lease;
	store->leases[store->lease_count].ttl_ms = ttl_ms;
	store->leases[store->lease_count++].until_ms = now_ms + ttl_ms;
	return 0;
}

static void keep(struct store *store, int64_t now_ms, const struct etcd_request *request,
    struct etcd_answer *answer)
{
	size_t index = find_lease(store, request->lease);

	answer->lease = request->lease;
	if (index == store->lease_count)
		return;
	answer->ttl_s = store->leases[index].ttl_ms / 1000;
	store->leases[index].until_ms = now_ms + store->leases[index].ttl_ms;
}

/* ---- transactions */

bool store_says(const struct store *store, const char *key, const char *text)
{
	for (size_t i = 0; i < store->key_count; i++)
		if (strstr(store->keys[i].key, key) != NULL &&
		    strstr(store->keys[i].value, text) != NULL)
			return true;
	return false;
}

static size_t find_key(const struct store *store, const char *key)
{
	size_t i = 0;

	while (i < store->key_count && strcmp(store->keys[i].key, key) != 0)
		i++;
	return i;
}

static bool is_below(const struct store_key *key, const char *prefix)
{
	return strncmp(key->key, prefix, strlen(prefix)) == 0;
}

static bool holds_for_all(const struct store *store, const struct etcd_compare *compare)
{
	for (size_t i = 0; i < store->key_count; i++)
		if (is_below(&store->keys[i], compare->key) &&
		    store->keys[i].mod_revision >= compare->number)
			return false;
	return true;
}

static bool holds(const struct store *store, const struct etcd_compare *compare)
{
	size_t index = find_key(store, compare->key);

	if (compare->is_prefix) {
		assert_true(compare->is_less && compare->compared == ETCD_MODIFIED);
		return store->without == GUARD_UNCHANGED || holds_for_all(store, compare);
	}
	if (compare->compared == ETCD_CREATED) {
		assert_int_equal(compare->number, 0);
		return store->without == GUARD_VALUE || index == store->key_count;
	}
	return store->without == GUARD_VALUE ||
	    (index < store->key_count &&
		strcmp(store->keys[index].value, compare->value) == 0);
}

static void put(struct store *store, const struct etcd_change *change)
{
	size_t index = find_key(store, change->key);
	struct store_key *key = &store->keys[index];

	if (index == store->key_count) {
		assert_in_range(++store->key_count, 1, STORE_MAX_KEYS);
		snprintf(key->key, sizeof(key->key), "%s", change->key);
		key->create_revision = store->revision;
	}
	snprintf(key->value, sizeof(key->value), "%s", change->value);
	key->lease = change->lease;
	key->mod_revision = store->revision;
}

/* What is under no lease would stay for ever, so nothing ever is. */
static int change_all(struct store *store, const struct etcd_request *request)
{
	for (size_t i = 0; i < request->change_count; i++) {
		const struct etcd_change *change = &request->changes[i];

		if (change->value[0] == '\0')
			continue;
		assert_true(change->lease != 0);
		if (find_lease(store, change->lease) == store->lease_count)
			return -ENOENT;
	}
	store->revision++;
	for (size_t i = 0; i < request->change_count; i++) {
		const struct etcd_change *change = &request->changes[i];
		size_t index = find_key(store, change->key);

		if (change->value[0] != '\0')
			put(store, change);
		else if (index < store->key_count)
			store->keys[index] = store->keys[--store->key_count];
	}
	return 0;
}

static void show(
    const struct store *store, const struct etcd_request *request, struct etcd_answer *answer)
{
	const char *next;

	buffer_init(&answer->bytes, ETCD_MAX_ANSWER_BYTES);
	for (size_t i = 0; i < store->key_count; i++) {
		const struct store_key *key = &store->keys[i];
		const struct etcd_pair pair = {.key = {NULL, strlen(key->key)},
		    .value = {NULL, strlen(key->value)},
		    .create_revision = key->create_revision,
		    .mod_revision = key->mod_revision,
		    .lease = key->lease};

		if (!is_below(key, request->prefix))
			continue;
		buffer_append_text(&answer->bytes, key->key);
		buffer_append_text(&answer->bytes, key->value);
		assert_int_equal(array_push(&answer->pairs, pair, ETCD_MAX_PAIRS), 0);
	}
	next = answer->bytes.data;
	for (size_t i = 0; i < answer->pairs.count; i++) {
		answer->pairs.items[i].key.data = next;
		next += answer->pairs.items[i].key.length;
		answer->pairs.items[i].value.data = next;
		next += answer->pairs.items[i].value.length;
	}
}

static bool has_put(const struct etcd_request *request)
{
	for (size_t i = 0; i < request->change_count; i++)
		if (request->changes[i].value[0] != '\0')
			return true;
	return false;
}

/* As etcd does it: there is no room for a put, whether or not it would come to be made. */
static int transact(
    struct store *store, const struct etcd_request *request, struct etcd_answer *answer)
{
	int error = 0;

	if (store->is_full && has_put(request))
		return -ENOSPC;
	answer->succeeded = true;
	for (size_t i = 0; i < request->compare_count; i++)
		if (!holds(store, &request->compares[i]))
			answer->succeeded = false;
	if (answer->succeeded && request->change_count > 0)
		error = change_all(store, request);
	if (error == 0)
		show(store, request, answer);
	return error;
}

int store_answer(struct store *store, int64_t now_ms, const struct etcd_request *request,
    struct etcd_answer *ret_answer)
{
	struct etcd_answer answer = {.cluster_id = 7};
	int error = 0;

	if (request->verb == ETCD_GRANT)
		error = grant(store, now_ms, request, &answer);
	else if (request->verb == ETCD_KEEP)
		keep(store, now_ms, request, &answer);
	else
		error = transact(store, request, &answer);
	answer.revision = store->revision;
	*ret_answer = answer;
	return error;
}
