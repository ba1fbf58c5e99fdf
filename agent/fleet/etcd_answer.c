#include "fleet/etcd.h"

#include "base/base64.h"
#include "base/json.h"

/* gRPC's codes, as far as they mean something to us. */
enum {
	CODE_NOT_FOUND = 5,
	CODE_PERMISSION_DENIED = 7,
	CODE_RESOURCE_EXHAUSTED = 8,
	CODE_UNAUTHENTICATED = 16
};

/* Numbers of 64 bits are texts; what is 0 is left out. */
static int read_number(const struct json *object, const char *name, int64_t *ret_number)
{
	const char *text = json_get_text(object, name);

	*ret_number = 0;
	if (json_get(object, name) == NULL)
		return 0;
	if (text == NULL || view_to_int64(view_of_text(text), ret_number) < 0 || *ret_number < 0)
		return -EBADMSG;
	return 0;
}

static int read_revision(const struct json *object, const char *name, int64_t *ret_revision)
{
	if (read_number(object, name, ret_revision) < 0 || *ret_revision < 1 ||
	    *ret_revision > ETCD_MAX_NUMBER)
		return -EBADMSG;
	return 0;
}

static int read_header(struct etcd_answer *answer, const struct json *document)
{
	const struct json *header = json_get(document, "header");
	const char *cluster = json_get_text(header, "cluster_id");

	if (cluster == NULL || view_to_uint64(view_of_text(cluster), &answer->cluster_id) < 0)
		return -EBADMSG;
	return read_revision(header, "revision", &answer->revision);
}

/* ---- leases and tokens */

static int read_lease(struct etcd_answer *answer, const struct json *document)
{
	int error = read_header(answer, document);

	if (error == 0)
		error = read_number(document, "ID", &answer->lease);
	if (error == 0)
		error = read_number(document, "TTL", &answer->ttl_s);
	return error == 0 && answer->lease == 0 ? -EBADMSG : error;
}

/* The answer of a stream: the first of its messages. */
static int read_kept(struct etcd_answer *answer, const struct json *document)
{
	return read_lease(answer, json_get(document, "result"));
}

static int read_token(struct etcd_answer *answer, const struct json *document)
{
	struct view token = view_of_text(json_get_text(document, "token"));

	if (view_is_empty(token) || token.length > ETCD_MAX_TOKEN_BYTES)
		return -EBADMSG;
	/* It becomes a line of a header. */
	for (size_t i = 0; i < token.length; i++)
		if (token.data[i] <= ' ' || token.data[i] > '~')
			return -EBADMSG;
	answer->token = view_to_text(token);
	return answer->token != NULL ? 0 : -ENOMEM;
}

/* ---- a transaction: all keys as they are now */

static int read_bytes(
    struct etcd_answer *answer, const char *text, size_t max_bytes, struct view *ret_bytes)
{
	size_t before = answer->bytes.length;
	int error;

	if (text == NULL)
		return -EBADMSG;
	error = base64_append_decoded(&answer->bytes, view_of_text(text));
	if (error < 0)
		return error == -ENOMEM ? error : -EBADMSG;
	*ret_bytes = view_of(NULL, answer->bytes.length - before);
	return ret_bytes->length < max_bytes ? 0 : -EBADMSG;
}

static int read_pair(struct etcd_answer *answer, const struct json *kv)
{
	struct etcd_pair pair = {0};
	int error = read_bytes(answer, json_get_text(kv, "key"), ETCD_MAX_KEY_BYTES, &pair.key);

	if (error == 0)
		error = read_bytes(
		    answer, json_get_text(kv, "value"), ETCD_MAX_VALUE_BYTES, &pair.value);
	if (error == 0)
		error = read_revision(kv, "create_revision", &pair.create_revision);
	if (error == 0)
		error = read_revision(kv, "mod_revision", &pair.mod_revision);
	if (error == 0)
		error = read_number(kv, "lease", &pair.lease);
	if (error == 0 &&
	    (pair.mod_revision > answer->revision || pair.create_revision > pair.mod_revision))
		error = -EBADMSG;
	if (error == 0)
		error = array_push(&answer->pairs, pair, ETCD_MAX_PAIRS);
	return error == -ENOSPC ? -EBADMSG : error;
}

/* Now that the bytes move no more. */
static void place_views(struct etcd_answer *answer)
{
	const char *next = answer->bytes.data;

	for (size_t i = 0; i < answer->pairs.count; i++) {
		struct etcd_pair *pair = &answer->pairs.items[i];

		pair->key.data = next;
		next += pair->key.length;
		pair->value.data = next;
		next += pair->value.length;
	}
}

static int read_range(struct etcd_answer *answer, const struct json *range)
{
	const struct json *kvs = json_get(range, "kvs");
	int error = 0;

	if (json_get(range, "more") != NULL)
		return -EBADMSG;
	buffer_init(&answer->bytes, ETCD_MAX_ANSWER_BYTES);
	for (const struct json *kv = json_next(kvs, NULL); error == 0 && kv != NULL;
	     kv = json_next(kvs, kv))
		error = read_pair(answer, kv);
	if (error == 0)
		place_views(answer);
	return error;
}

static int read_transaction(struct etcd_answer *answer, const struct json *document)
{
	const struct json *responses = json_get(document, "responses");
	const struct json *range = NULL;
	int error = read_header(answer, document);

	answer->succeeded = json_get_bool(document, "succeeded");
	for (const struct json *one = json_next(responses, NULL); one != NULL;
	     one = json_next(responses, one))
		range = json_get(one, "response_range");
	if (error == 0 && range == NULL)
		error = -EBADMSG;
	return error < 0 ? error : read_range(answer, range);
}

/* ---- any answer */

static int read_error(const struct json *document)
{
	if (json_get(document, "error") == NULL)
		return 0;
	switch (json_get_int(document, "code", 0)) {
	case CODE_NOT_FOUND:
		return -ENOENT;
	case CODE_PERMISSION_DENIED:
	case CODE_UNAUTHENTICATED:
		return -EACCES;
	case CODE_RESOURCE_EXHAUSTED:
		return -ENOSPC;
	default:
		return -EAGAIN;
	}
}

int etcd_answer_parse(struct etcd_answer *ret_answer, enum etcd_verb verb, struct view body)
{
	static int (*const readers[ETCD_VERBS])(
	    struct etcd_answer *answer, const struct json *document) = {
	    [ETCD_AUTHENTICATE] = read_token,
	    [ETCD_GRANT] = read_lease,
	    [ETCD_KEEP] = read_kept,
	    [ETCD_TRANSACT] = read_transaction,
	};
	struct etcd_answer answer = {0};
	struct json auto_json *document = NULL;
	int error = body.length > ETCD_MAX_ANSWER_BYTES ? -EBADMSG : json_parse(body, &document);

	if (error < 0)
		return error == -ENOMEM ? error : -EBADMSG;
	error = read_error(document);
	if (error == 0)
		error = readers[verb](&answer, document);
	if (error < 0)
		etcd_answer_done(&answer);
	else
		*ret_answer = answer;
	return error;
}

void etcd_answer_done(struct etcd_answer *answer)
{
	free(answer->token);
	answer->token = NULL;
	array_done(&answer->pairs);
	buffer_done(&answer->bytes);
}
