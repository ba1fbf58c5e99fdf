#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <cjson/cJSON.h>

#include "base/text.h"

#define MAX_DOCUMENT_BYTES ((size_t)16 * 1024 * 1024)
#define MAX_DEPTH          32
#define MAX_EXACT_INTEGER  9007199254740992.0

/* struct json is never defined: it is cJSON's node under a name of our own. */
static cJSON *node_of(const struct json *json)
{
	union {
		const struct json *from;
		cJSON *to;
	} cast = {.from = json};

	return cast.to;
}

static struct json *json_of(cJSON *node)
{
	return (struct json *)node;
}

struct json *json_object_new(void)
{
	return json_of(cJSON_CreateObject());
}

struct json *json_array_new(void)
{
	return json_of(cJSON_CreateArray());
}

void json_free(struct json **json)
{
	cJSON_Delete(node_of(*json));
	*json = NULL;
}

/* A lost child is remembered in the container's unused number, which json_print() looks for. */
static void mark_missing(cJSON *parent)
{
	if (parent != NULL)
		parent->valueint = 1;
}

static struct json *put(struct json *object, const char *name, cJSON *child)
{
	cJSON *parent = node_of(object);

	if (parent == NULL || child == NULL || !cJSON_AddItemToObject(parent, name, child)) {
		cJSON_Delete(child);
		mark_missing(parent);
		return NULL;
	}
	return json_of(child);
}

static struct json *add(struct json *array, cJSON *child)
{
	cJSON *parent = node_of(array);

	if (parent == NULL || child == NULL || !cJSON_AddItemToArray(parent, child)) {
		cJSON_Delete(child);
		mark_missing(parent);
		return NULL;
	}
	return json_of(child);
}

static cJSON *text_node(struct view text)
{
	struct buffer auto_buffer clean;

	buffer_init(&clean, MAX_DOCUMENT_BYTES);
	text_append_utf8(&clean, text);
	/* A NUL inside would end cJSON's string early. */
	for (size_t i = 0; i < clean.length; i++)
		if (clean.data[i] == '\0')
			clean.data[i] = ' ';
	return clean.error < 0 ? NULL : cJSON_CreateString(buffer_text(&clean));
}

void json_put_text(struct json *object, const char *name, const char *text)
{
	json_put_view(object, name, view_of_text(text));
}

void json_put_view(struct json *object, const char *name, struct view text)
{
	put(object, name, text_node(text));
}

void json_put_int(struct json *object, const char *name, int64_t value)
{
	/* cJSON keeps doubles only; beyond 2^53 the digits are printed as they are. */
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", (long long)value);
	put(object, name, cJSON_CreateRaw(digits));
}

void json_put_printed(struct json *object, const char *name, const struct buffer *printed)
{
	put(object, name,
	    buffer_error(printed) < 0 ? NULL : cJSON_CreateRaw(buffer_text(printed)));
}

void json_put_number(struct json *object, const char *name, double value)
{
	put(object, name, cJSON_CreateNumber(value));
}

void json_put_bool(struct json *object, const char *name, bool value)
{
	put(object, name, cJSON_CreateBool(value));
}

void json_remove(struct json *object, const char *name)
{
	while (object != NULL && cJSON_GetObjectItemCaseSensitive(node_of(object), name) != NULL)
		cJSON_DeleteItemFromObjectCaseSensitive(node_of(object), name);
}

void json_put_null(struct json *object, const char *name)
{
	put(object, name, cJSON_CreateNull());
}

void json_put_time(struct json *object, const char *name, int64_t time_ms)
{
	char text[TEXT_TIME_BYTES];

	if (time_ms >= 0 && text_of_time(time_ms, text)[0] != '-')
		json_put_text(object, name, text);
}

struct json *json_put_object(struct json *object, const char *name)
{
	return put(object, name, cJSON_CreateObject());
}

struct json *json_put_array(struct json *object, const char *name)
{
	return put(object, name, cJSON_CreateArray());
}

struct json *json_add_object(struct json *array)
{
	return add(array, cJSON_CreateObject());
}

void json_add_text(struct json *array, const char *text)
{
	add(array, text_node(view_of_text(text)));
}

struct json *json_child(struct json *object, const char *name)
{
	return json_of(cJSON_GetObjectItemCaseSensitive(node_of(object), name));
}

void json_put_tree(struct json *object, const char *name, struct json *owned_tree)
{
	put(object, name, node_of(owned_tree));
}

void json_add_tree(struct json *array, struct json *owned_tree)
{
	add(array, node_of(owned_tree));
}

/* Whether any container in the tree lost a child. */
static bool has_missing(const cJSON *node)
{
	const cJSON *child;

	if ((cJSON_IsObject(node) || cJSON_IsArray(node)) && node->valueint != 0)
		return true;
	cJSON_ArrayForEach(child, node) if (has_missing(child)) return true;
	return false;
}

/* DEL and C1 controls, marks of direction, separators of lines; cJSON escapes those below 0x20. */
static bool fools_terminals(unsigned code)
{
	static const unsigned ranges[][2] = {
	    {0x7f, 0x9f}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};

	for (size_t i = 0; i < count_of(ranges); i++)
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	return false;
}

/* The bytes of the character where it must not reach a terminal as it is, else 0. */
static size_t read_unprintable(const char *text, unsigned *ret_code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = 1;

	*ret_code = bytes[0];
	if (bytes[0] == 0xc2) {
		*ret_code = bytes[1];
		length = 2;
	} else if (bytes[0] == 0xe2 && bytes[1] != 0) {
		*ret_code = 0x2000U | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
		length = 3;
	} else if (bytes[0] != 0x7f) {
		return 0;
	}
	return fools_terminals(*ret_code) ? length : 0;
}

/* Outside its texts JSON is plain ASCII, so these can stand nowhere else. */
static void append_printable(struct buffer *buffer, const char *text)
{
	const char *kept = text;

	while (*text != '\0') {
		char escape[8];
		unsigned code;
		size_t length = read_unprintable(text, &code);

		if (length == 0) {
			text++;
			continue;
		}
		snprintf(escape, sizeof(escape), "\\u%04x", code & 0xffffU);
		buffer_append(buffer, view_of(kept, (size_t)(text - kept)));
		buffer_append_text(buffer, escape);
		text += length;
		kept = text;
	}
	buffer_append_text(buffer, kept);
}

int json_print(const struct json *json, struct buffer *buffer)
{
	char *text;

	if (json == NULL || has_missing(node_of(json)))
		return -ENOMEM;
	text = cJSON_PrintUnformatted(node_of(json));
	if (text == NULL)
		return -ENOMEM;
	append_printable(buffer, text);
	cJSON_free(text);
	return buffer_error(buffer);
}

static bool is_nested_too_deep(struct view text)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < text.length; i++) {
		char byte = text.data[i];

		if (quoted && byte == '\\')
			i++;
		else if (byte == '"')
			quoted = !quoted;
		else if (!quoted && (byte == '{' || byte == '['))
			depth++;
		else if (!quoted && (byte == '}' || byte == ']'))
			depth--;
		if (depth > MAX_DEPTH)
			return true;
	}
	return false;
}

/* Either form would end the C strings that cJSON hands out early. */
static bool has_nul(struct view text)
{
	return view_contains(text, view_of("", 1)) || view_contains(text, VIEW("\\u0000"));
}

int json_parse(struct view text, struct json **ret_json)
{
	char auto_free *copy = NULL;
	cJSON *node;

	if (text.length > MAX_DOCUMENT_BYTES || is_nested_too_deep(text) || has_nul(text))
		return -EINVAL;
	/* Some releases of cJSON read beyond a text that no NUL ends. */
	copy = view_to_text(text);
	if (copy == NULL)
		return -ENOMEM;
	node = cJSON_ParseWithOpts(copy, NULL, true);
	if (node == NULL)
		return -EINVAL;
	*ret_json = json_of(node);
	return 0;
}

const struct json *json_get(const struct json *object, const char *name)
{
	return json_of(cJSON_GetObjectItemCaseSensitive(node_of(object), name));
}

const char *json_get_text(const struct json *object, const char *name)
{
	return json_text(json_get(object, name));
}

double json_number(const struct json *json, double fallback)
{
	const cJSON *node = node_of(json);

	return cJSON_IsNumber(node) ? node->valuedouble : fallback;
}

double json_get_number(const struct json *object, const char *name, double fallback)
{
	return json_number(json_get(object, name), fallback);
}

int64_t json_get_int(const struct json *object, const char *name, int64_t fallback)
{
	double value = json_get_number(object, name, NAN);

	if (!(fabs(value) <= MAX_EXACT_INTEGER) || value != trunc(value))
		return fallback;
	return (int64_t)value;
}

bool json_get_bool(const struct json *object, const char *name)
{
	return cJSON_IsTrue(node_of(json_get(object, name)));
}

const struct json *json_next(const struct json *parent, const struct json *previous)
{
	const cJSON *node = node_of(parent);

	if (previous != NULL)
		return json_of(node_of(previous)->next);
	return node != NULL ? json_of(node->child) : NULL;
}

const char *json_name(const struct json *json)
{
	return json != NULL ? node_of(json)->string : NULL;
}

const char *json_text(const struct json *json)
{
	const cJSON *node = node_of(json);

	return cJSON_IsString(node) ? node->valuestring : NULL;
}
