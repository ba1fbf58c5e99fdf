#include "parse/signatures.h"

#include <errno.h>

#include "base/array.h"
#include "config/document.h"
#include "parse/regex.h"

#define MAX_SOURCES  64
#define MAX_RULES    1024
#define MAX_ID_BYTES 48
#define MAX_LAYERS   4 /* texts within texts */
#define NOT_FOUND    SIZE_MAX

/* One pattern. A text of its source that matches is a signal, or holds a text of another source:
 * mod_auth_gssapi's words around those of the Kerberos library. */
struct rule {
	struct regex *regex;
	size_t source;
	size_t signature; /* NOT_FOUND: look at the group `text` as a text of `inner` */
	size_t inner;
	unsigned text_group, kvno_group, principal_group;
};

struct signature {
	char *id;
	char *title;
	char *class;
};

struct signatures {
	array_of(char *) sources;
	array_of(struct signature) items;
	array_of(struct rule) rules;
	uint64_t limit_hits_total;
};

void signatures_free(struct signatures **signatures)
{
	struct signatures *all = *signatures;

	if (all == NULL)
		return;
	for (size_t i = 0; i < all->sources.count; i++)
		free(all->sources.items[i]);
	for (size_t i = 0; i < all->items.count; i++) {
		free(all->items.items[i].id);
		free(all->items.items[i].title);
		free(all->items.items[i].class);
	}
	for (size_t i = 0; i < all->rules.count; i++)
		regex_free(&all->rules.items[i].regex);
	array_done(&all->sources);
	array_done(&all->items);
	array_done(&all->rules);
	free(all);
	*signatures = NULL;
}

size_t signatures_count(const struct signatures *signatures)
{
	return signatures->items.count;
}

const char *signatures_id(const struct signatures *signatures, size_t index)
{
	return signatures->items.items[index].id;
}

const char *signatures_title(const struct signatures *signatures, size_t index)
{
	return signatures->items.items[index].title;
}

const char *signatures_class(const struct signatures *signatures, size_t index)
{
	return signatures->items.items[index].class;
}

uint64_t signatures_limit_hits_total(const struct signatures *signatures)
{
	return signatures->limit_hits_total;
}

/* Fills in what the rule's pattern tells about the text that it just matched. */
static void describe(const struct rule *rule, struct view text, struct signal *ret_signal)
{
	uint64_t kvno;

	*ret_signal = (struct signal){.time_ms = -1, .kvno = -1, .text = text};
	ret_signal->signature = rule->signature;
	if (rule->principal_group != 0)
		ret_signal->principal = regex_group(rule->regex, text, rule->principal_group);
	if (rule->kvno_group != 0 &&
	    view_to_uint64(regex_group(rule->regex, text, rule->kvno_group), &kvno) == 0 &&
	    kvno <= UINT32_MAX)
		ret_signal->kvno = (int64_t)kvno;
}

/* A text, what words it so, and how many texts it stands within. */
struct layer {
	size_t source;
	struct view text;
	unsigned depth;
};

static bool match_layer(
    struct signatures *signatures, struct layer layer, struct signal *ret_signal)
{
	for (size_t i = 0; i < signatures->rules.count; i++) {
		const struct rule *rule = &signatures->rules.items[i];
		struct layer inner;
		int result;

		if (rule->source != layer.source)
			continue;
		result = regex_match(rule->regex, layer.text);
		if (result < 0)
			signatures->limit_hits_total++;
		if (result <= 0)
			continue;
		if (rule->signature != NOT_FOUND) {
			describe(rule, layer.text, ret_signal);
			return true;
		}
		inner = (struct layer){rule->inner,
		    regex_group(rule->regex, layer.text, rule->text_group), layer.depth + 1};
		if (inner.depth < MAX_LAYERS && match_layer(signatures, inner, ret_signal))
			return true;
	}
	return false;
}

static size_t find_source(const struct signatures *signatures, struct view name)
{
	for (size_t i = 0; i < signatures->sources.count; i++)
		if (view_equal_text(name, signatures->sources.items[i]))
			return i;
	return NOT_FOUND;
}

bool signatures_match(
    struct signatures *signatures, struct view source, struct view text, struct signal *ret_signal)
{
	struct layer layer = {find_source(signatures, source), text, 0};

	return layer.source != NOT_FOUND && match_layer(signatures, layer, ret_signal);
}

struct loading {
	struct signatures *signatures;
	struct buffer *errors;
	bool failed; /* something was complained about; reading goes on, to complain about all */
};

static void complain(struct loading *loading, const struct node *node, const char *message)
{
	node_complain(node, loading->errors, "%s", message);
	loading->failed = true;
}

static int add_source(struct signatures *signatures, const char *name, size_t *ret_index)
{
	size_t found = find_source(signatures, view_of_text(name));
	char *copy;
	int error;

	if (found != NOT_FOUND) {
		*ret_index = found;
		return 0;
	}
	copy = strdup(name);
	if (copy == NULL)
		return -ENOMEM;
	error = array_push(&signatures->sources, copy, MAX_SOURCES);
	if (error < 0) {
		free(copy);
		return error;
	}
	*ret_index = signatures->sources.count - 1;
	return 0;
}

/* Lower-case words joined by dashes, since the id becomes a metric label and part of URLs. */
static bool is_id(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && length <= MAX_ID_BYTES && text[length] == '\0' && text[0] != '-' &&
	    text[length - 1] != '-';
}

static bool is_class(const char *text)
{
	static const char *const classes[] = {
	    "key", "name", "clock", "client", "credential", "kdc", "token", "other"};

	for (size_t i = 0; i < count_of(classes); i++)
		if (strcmp(classes[i], text) == 0)
			return true;
	return false;
}

/* The scalar under the key; complains and gives NULL where there is none. */
static const char *required_text(struct loading *loading, const struct node *item, const char *key)
{
	const struct node *node = node_get(item, key);

	if (node != NULL && node_kind(node) == NODE_SCALAR && node_text(node)[0] != '\0')
		return node_text(node);
	node_complain(node != NULL ? node : item, loading->errors, "`%s` must be a text", key);
	loading->failed = true;
	return NULL;
}

/* Complains about what no item of this kind has. */
static void check_keys(struct loading *loading, const struct node *item, const char *const *known)
{
	for (size_t i = 0; i < node_count(item); i++) {
		const struct node *key = node_key(item, i);
		size_t k = 0;

		while (known[k] != NULL && strcmp(known[k], node_text(key)) != 0)
			k++;
		if (known[k] != NULL)
			continue;
		node_complain(key, loading->errors, "unknown key `%s`", node_text(key));
		loading->failed = true;
	}
}

/* Reads id, title and class; *ret_index is the new signature's. */
static int add_signature(struct loading *loading, const struct node *item, size_t *ret_index)
{
	struct signatures *signatures = loading->signatures;
	const char *id = required_text(loading, item, "id");
	const char *title = required_text(loading, item, "title");
	const char *class = required_text(loading, item, "class");
	struct signature signature;
	int error;

	if (id == NULL || title == NULL || class == NULL)
		return -EINVAL;
	if (!is_id(id))
		complain(loading, node_get(item, "id"),
		    "an id is up to 48 lower-case letters, digits and dashes");
	if (!is_class(class))
		complain(loading, node_get(item, "class"),
		    "a class is key, name, clock, client, credential, kdc, token or other");
	for (size_t i = 0; i < signatures->items.count; i++)
		if (strcmp(signatures->items.items[i].id, id) == 0)
			complain(loading, node_get(item, "id"), "this id is taken");
	signature = (struct signature){strdup(id), strdup(title), strdup(class)};
	error = array_push(&signatures->items, signature, SIGNATURES_MAX);
	if (error < 0) {
		free(signature.id);
		free(signature.title);
		free(signature.class);
		return error;
	}
	*ret_index = signatures->items.count - 1;
	return signature.id == NULL || signature.title == NULL || signature.class == NULL ? -ENOMEM
											  : 0;
}

/* One pattern of an item, for one of its sources. */
static int add_rule(struct loading *loading, struct rule rule, const struct node *pattern)
{
	auto_buffer struct buffer text;
	int error;

	buffer_init(&text, 512);
	error = regex_new(&rule.regex, node_text(pattern), &text);
	if (error == -EINVAL) {
		complain(loading, pattern, buffer_text(&text));
		return 0;
	}
	if (error < 0)
		return error;
	rule.text_group = regex_group_number(rule.regex, "text");
	rule.kvno_group = regex_group_number(rule.regex, "kvno");
	rule.principal_group = regex_group_number(rule.regex, "principal");
	if (rule.signature == NOT_FOUND && rule.text_group == 0)
		complain(loading, pattern, "a pattern with `then` needs the group (?<text>...)");
	error = array_push(&loading->signatures->rules, rule, MAX_RULES);
	if (error < 0)
		regex_free(&rule.regex);
	return error;
}

/* A scalar counts as a list of one. */
static size_t list_count(const struct node *node)
{
	return node_kind(node) == NODE_SEQUENCE ? node_count(node) : 1;
}

static const struct node *list_item(const struct node *node, size_t index)
{
	return node_kind(node) == NODE_SEQUENCE ? node_item(node, index) : node;
}

/* Complains unless the node is a text or a list of at least one. */
static bool check_list(struct loading *loading, const struct node *node, const char *message)
{
	bool good = list_count(node) > 0;

	for (size_t i = 0; i < list_count(node); i++)
		good = good && node_text(list_item(node, i))[0] != '\0';
	if (!good)
		complain(loading, node, message);
	return good;
}

static int add_rules(struct loading *loading, struct rule rule, const struct node *item)
{
	const struct node *sources = node_get(item, "source");
	const struct node *patterns = node_get(item, "match");
	int error = 0;

	if (sources == NULL || patterns == NULL) {
		complain(loading, item, "`source` and `match` are both needed");
		return 0;
	}
	if (!check_list(loading, sources, "`source` must be a text or a list of texts") ||
	    !check_list(loading, patterns, "`match` must be a pattern or a list of patterns"))
		return 0;
	for (size_t i = 0; i < list_count(sources) && error == 0; i++) {
		error =
		    add_source(loading->signatures, node_text(list_item(sources, i)), &rule.source);
		for (size_t k = 0; k < list_count(patterns) && error == 0; k++)
			error = add_rule(loading, rule, list_item(patterns, k));
	}
	return error;
}

static int add_item(struct loading *loading, const struct node *item)
{
	static const char *const keys[] = {
	    "id", "title", "class", "source", "match", "examples", NULL};
	static const char *const wrapper_keys[] = {"source", "match", "then", NULL};
	bool is_wrapper = node_get(item, "then") != NULL;
	struct rule rule = {.signature = NOT_FOUND};
	int error;

	if (node_kind(item) != NODE_MAPPING) {
		complain(loading, item, "a signature is a mapping");
		return 0;
	}
	check_keys(loading, item, is_wrapper ? wrapper_keys : keys);
	if (is_wrapper) {
		const char *then = required_text(loading, item, "then");

		error = then != NULL ? add_source(loading->signatures, then, &rule.inner) : -EINVAL;
	} else {
		error = add_signature(loading, item, &rule.signature);
	}
	if (error == 0)
		error = add_rules(loading, rule, item);
	if (error == -ENOSPC)
		complain(loading, item, "too many signatures, patterns or sources");
	return error == -ENOMEM ? error : 0;
}

static int on_item(void *context, const struct node *item)
{
	return add_item(context, item);
}

int signatures_load(
    struct signatures **ret_signatures, const char *directory, struct buffer *errors)
{
	struct loading loading = {.errors = errors};
	const struct document_items items = {"signatures", on_item, &loading};
	int error;

	loading.signatures = calloc(1, sizeof(*loading.signatures));
	if (loading.signatures == NULL)
		return -ENOMEM;
	error = document_load_folder(directory, errors, &items);
	if (error == 0 && loading.failed)
		error = -EINVAL;
	if (error < 0) {
		signatures_free(&loading.signatures);
		return error;
	}
	*ret_signatures = loading.signatures;
	return 0;
}
