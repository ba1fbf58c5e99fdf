#include "config/tree.h"

#include <errno.h>
#include <stdarg.h>

#include "base/text.h"

#define MAX_MESSAGE_BYTES 400

void tree_complain(
    struct buffer *errors, const char *name, struct place place, const char *message)
{
	text_append_escaped(errors, view_of_text(name));
	buffer_append_format(errors, ":%zu:%zu: ", place.line, place.column);
	text_append_escaped(errors, view_of_text(message));
	buffer_append_byte(errors, '\n');
}

void node_free(struct node **node)
{
	if (*node == NULL)
		return;
	free((*node)->text);
	array_done(&(*node)->children);
	free(*node);
	*node = NULL;
}

void document_free(struct document **document)
{
	if (*document == NULL)
		return;
	for (size_t i = 0; i < (*document)->nodes.count; i++)
		node_free(&(*document)->nodes.items[i]);
	array_done(&(*document)->nodes);
	buffer_done(&(*document)->bytes);
	free((*document)->name);
	free(*document);
	*document = NULL;
}

bool document_is_named(const struct document *document, const char *name)
{
	const char *slash = strrchr(document->name, '/');
	struct view file = view_of_text(slash != NULL ? slash + 1 : document->name);

	return view_starts_with(file, view_of_text(name)) &&
	       view_equal_text(view_skip(file, strlen(name)), ".yml");
}

const struct node *document_root(const struct document *document)
{
	return document->nodes.items[0];
}

struct view document_bytes(const struct document *document)
{
	return buffer_view(&document->bytes);
}

enum node_kind node_kind(const struct node *node)
{
	return node->kind;
}

const char *node_text(const struct node *node)
{
	return node->text != NULL ? node->text : "";
}

bool node_is_quoted(const struct node *node)
{
	return node->is_quoted;
}

size_t node_count(const struct node *node)
{
	return node->kind == NODE_MAPPING ? node->children.count / 2 : node->children.count;
}

const struct node *node_item(const struct node *node, size_t index)
{
	return node->children.items[node->kind == NODE_MAPPING ? 2 * index + 1 : index];
}

const struct node *node_key(const struct node *mapping, size_t index)
{
	return mapping->children.items[2 * index];
}

const struct node *node_get(const struct node *mapping, const char *key)
{
	if (mapping->kind != NODE_MAPPING)
		return NULL;
	for (size_t i = 0; i < node_count(mapping); i++)
		if (strcmp(node_key(mapping, i)->text, key) == 0)
			return node_item(mapping, i);
	return NULL;
}

void node_place(const struct node *node, struct buffer *ret_place)
{
	text_append_escaped(ret_place, view_of_text(node->file));
	buffer_append_format(ret_place, ":%zu:%zu", node->place.line, node->place.column);
}

void node_complain(const struct node *node, struct buffer *errors, const char *format, ...)
{
	char message[MAX_MESSAGE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	tree_complain(errors, node->file, node->place, message);
}

static size_t find_key(const struct node *mapping, const char *key)
{
	size_t index = 0;

	while (index < node_count(mapping) && strcmp(node_key(mapping, index)->text, key) != 0)
		index++;
	return index;
}

static struct node *find_named(const struct node *sequence, const struct node *item)
{
	const struct node *name = node_get(item, "name");

	for (size_t i = 0; name != NULL && i < sequence->children.count; i++) {
		const struct node *other = node_get(sequence->children.items[i], "name");

		if (other != NULL && strcmp(node_text(other), node_text(name)) == 0)
			return sequence->children.items[i];
	}
	return NULL;
}

static int merge_mapping(
    struct node *base, const struct node *overlay, const char *const *named_lists);

static int merge_named(struct node *base, const struct node *overlay)
{
	int error = 0;

	for (size_t i = 0; i < overlay->children.count && error == 0; i++) {
		struct node *item = overlay->children.items[i];
		struct node *same = find_named(base, item);

		error = same != NULL ? merge_mapping(same, item, NULL)
		                     : array_push(&base->children, item, TREE_MAX_NODES);
	}
	return error;
}

static bool is_named_list(
    const struct node *key, const struct node *value, const char *const *named_lists)
{
	for (; value->kind == NODE_SEQUENCE && named_lists != NULL && *named_lists != NULL;
	     named_lists++)
		if (strcmp(key->text, *named_lists) == 0)
			return true;
	return false;
}

static int merge_mapping(
    struct node *base, const struct node *overlay, const char *const *named_lists)
{
	int error = 0;

	for (size_t i = 0; i < overlay->children.count && error == 0; i += 2) {
		struct node *key = overlay->children.items[i];
		struct node *value = overlay->children.items[i + 1];
		size_t at = 2 * find_key(base, key->text);
		struct node *old = at < base->children.count ? base->children.items[at + 1] : NULL;

		if (old == NULL) {
			error = array_push(&base->children, key, TREE_MAX_NODES);
			if (error == 0)
				error = array_push(&base->children, value, TREE_MAX_NODES);
		} else if (old->kind == NODE_MAPPING && value->kind == NODE_MAPPING) {
			error = merge_mapping(old, value, NULL);
		} else if (old->kind == NODE_SEQUENCE && is_named_list(key, value, named_lists)) {
			error = merge_named(old, value);
		} else {
			base->children.items[at] = key;
			base->children.items[at + 1] = value;
		}
	}
	return error;
}

int document_merge(
    struct document *base, struct document *overlay, const char *const *named_lists)
{
	struct node *root = base->nodes.items[0];
	struct node *other = overlay->nodes.items[0];

	if (root->kind != NODE_MAPPING || other->kind != NODE_MAPPING)
		return -EINVAL;
	return merge_mapping(root, other, named_lists);
}
