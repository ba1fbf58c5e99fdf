#include "fleet/etcd.h"

#include <errno.h>

#include "base/base64.h"
#include "base/json.h"

#define MAX_BASE64_BYTES 1024
#define MAX_NUMBER_BYTES 24

const char *etcd_path(enum etcd_verb verb)
{
	static const char *const paths[ETCD_VERBS] = {
	    [ETCD_AUTHENTICATE] = "/v3/auth/authenticate",
	    [ETCD_GRANT] = "/v3/lease/grant",
	    [ETCD_KEEP] = "/v3/lease/keepalive",
	    [ETCD_TRANSACT] = "/v3/kv/txn",
	};

	return paths[verb];
}

static void put_bytes(struct json *object, const char *name, struct view bytes)
{
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_BASE64_BYTES);
	base64_append(&text, bytes);
	json_put_text(object, name, buffer_text(&text));
}

/* Numbers of 64 bits are texts in this JSON. */
static void put_number(struct json *object, const char *name, int64_t number)
{
	char text[MAX_NUMBER_BYTES];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	json_put_text(object, name, text);
}

/* The first key behind all that begin so. Ours end in a slash. */
static void put_range_end(struct json *object, const char *prefix)
{
	char end[ETCD_MAX_KEY_BYTES];
	size_t length = strlen(prefix);

	snprintf(end, sizeof(end), "%s", prefix);
	if (length > 0)
		end[length - 1]++;
	put_bytes(object, "range_end", view_of(end, length));
}

static void put_compare(struct json *compares, const struct etcd_compare *compare)
{
	static const struct {
		const char *target, *field;
	} names[] = {
	    [ETCD_CREATED] = {"CREATE", "create_revision"},
	    [ETCD_MODIFIED] = {"MOD", "mod_revision"},
	    [ETCD_VALUE] = {"VALUE", "value"},
	};
	struct json *object = json_add_object(compares);

	put_bytes(object, "key", view_of_text(compare->key));
	if (compare->is_prefix)
		put_range_end(object, compare->key);
	json_put_text(object, "target", names[compare->compared].target);
	json_put_text(object, "result", compare->is_less ? "LESS" : "EQUAL");
	if (compare->compared == ETCD_VALUE)
		put_bytes(object, "value", view_of_text(compare->value));
	else
		put_number(object, names[compare->compared].field, compare->number);
}

static void put_change(struct json *operations, const struct etcd_change *change)
{
	bool deletes = change->value[0] == '\0';
	struct json *object = json_put_object(
	    json_add_object(operations), deletes ? "request_delete_range" : "request_put");

	put_bytes(object, "key", view_of_text(change->key));
	if (deletes)
		return;
	put_bytes(object, "value", view_of_text(change->value));
	put_number(object, "lease", change->lease);
}

static void put_range(struct json *operations, const char *prefix)
{
	struct json *object =
	    json_put_object(json_add_object(operations), "request_range");

	put_bytes(object, "key", view_of_text(prefix));
	put_range_end(object, prefix);
	put_number(object, "limit", ETCD_MAX_PAIRS);
}

static void put_transaction(struct json *object, const struct etcd_request *request)
{
	struct json *compares = json_put_array(object, "compare");
	struct json *success = json_put_array(object, "success");

	for (size_t i = 0; i < request->compare_count; i++)
		put_compare(compares, &request->compares[i]);
	for (size_t i = 0; i < request->change_count; i++)
		put_change(success, &request->changes[i]);
	put_range(success, request->prefix);
	put_range(json_put_array(object, "failure"), request->prefix);
}

int etcd_request_print(const struct etcd_request *request, struct buffer *body)
{
	struct json auto_json *object = json_object_new();

	switch (request->verb) {
	case ETCD_AUTHENTICATE:
		json_put_text(object, "name", request->user);
		json_put_text(object, "password", request->password);
		break;
	case ETCD_GRANT:
		put_number(object, "TTL", request->ttl_s);
		break;
	case ETCD_KEEP:
		put_number(object, "ID", request->lease);
		break;
	case ETCD_TRANSACT:
		put_transaction(object, request);
		break;
	default:
		return -EINVAL;
	}
	return json_print(object, body);
}
