#include "config/schema.h"

#include "config/nearest.h"
#include "config/types.h"

#include <stdarg.h>

#define MAX_MESSAGE_BYTES     400
#define MAX_OPTION_PATH_BYTES 128

/* How any array_of() looks. */
struct list {
	void *items;
	size_t count;
	size_t capacity;
};

const char *option_key(const struct option *option)
{
	const char *dot = strrchr(option->path, '.');

	return dot != NULL ? dot + 1 : option->path;
}

/* The options directly in a mapping are those with its path, a dot and one more word. */
static bool is_member(const struct option *option, struct view mapping)
{
	struct view path = view_of_text(option->path);
	struct view key = view_of_text(option_key(option));

	if (path.length == key.length)
		return view_is_empty(mapping);
	return view_equal(view_first(path, path.length - key.length - 1), mapping);
}

static const struct option *find_member(
    const struct schema *schema, struct view mapping, const char *key)
{
	for (size_t i = 0; i < schema->count; i++)
		if (is_member(&schema->options[i], mapping) &&
		    strcmp(option_key(&schema->options[i]), key) == 0)
			return &schema->options[i];
	return NULL;
}

static void complain_unknown_key(
    struct reading *reading, struct view mapping, const struct node *key)
{
	struct nearest nearest = nearest_to(node_text(key));

	for (size_t i = 0; i < reading->schema->count; i++)
		if (is_member(&reading->schema->options[i], mapping))
			nearest_try(&nearest, option_key(&reading->schema->options[i]));
	if (nearest.best != NULL)
		schema_complain(reading, key, "unknown key '%.60s'; did you mean '%s'?",
		    node_text(key), nearest.best);
	else
		schema_complain(reading, key, "unknown key '%.60s'", node_text(key));
}

static bool is_null(const struct node *node)
{
	const char *text = node_text(node);

	return node_kind(node) == NODE_SCALAR && !node_is_quoted(node) &&
	       (text[0] == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static void complain_choice(
    struct reading *reading, const struct option *option, const struct node *node)
{
	struct nearest nearest = nearest_to(node_text(node));
	struct buffer auto_buffer words;

	buffer_init(&words, 1024);
	for (size_t i = 0; option->choices[i] != NULL; i++) {
		nearest_try(&nearest, option->choices[i]);
		buffer_append_format(&words, "%s%s", i > 0 ? ", " : "", option->choices[i]);
	}
	if (nearest.best != NULL)
		schema_complain(reading, node, "%s '%.60s' is unknown; did you mean '%s'?",
		    option_key(option), node_text(node), nearest.best);
	else
		schema_complain(reading, node, "%s must be one of %s, not '%.60s'",
		    option_key(option), buffer_text(&words), node_text(node));
}

void option_complain(
    struct reading *reading, const struct option *option, const struct node *node)
{
	const char *key = option_key(option);

	if (is_null(node))
		schema_complain(reading, node, "%s has no value", key);
	else if (node_kind(node) == NODE_SEQUENCE)
		schema_complain(
		    reading, node, "%s must be %s, not a list", key, option->type->title);
	else if (node_kind(node) == NODE_MAPPING)
		schema_complain(reading, node, "%s must be %s, not a group of keys", key,
		    option->type->title);
	else if (option->choices != NULL)
		complain_choice(reading, option, node);
	else if (option->type->is_private)
		schema_complain(reading, node, "%s must be %s", key, option->type->title);
	else
		schema_complain(reading, node, "%s must be %s, not '%.60s'", key,
		    option->type->title, node_text(node));
}

static void complain_range(
    struct reading *reading, const struct option *option, const struct node *node)
{
	struct buffer auto_buffer bounds;

	buffer_init(&bounds, 128);
	option->type->append_bound(&bounds, option->minimum);
	buffer_append_text(&bounds, " and ");
	option->type->append_bound(&bounds, option->maximum);
	schema_complain(reading, node, "%s must be between %s, not %.60s", option_key(option),
	    buffer_text(&bounds), node_text(node));
}

int option_read_scalar(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	int error = -EINVAL;

	if (node_kind(node) == NODE_SCALAR && !is_null(node))
		error = option->type->parse(option, node_text(node), field);
	if (error == -EINVAL)
		option_complain(reading, option, node);
	else if (error == -ERANGE)
		complain_range(reading, option, node);
	return error == -ENOMEM ? -ENOMEM : 0;
}

static int read_mapping(
    struct reading *reading, struct view path, const struct node *mapping, void *base);

/* What holds where nothing was written. */
static int read_absent(struct reading *reading, const struct option *option,
    const struct node *mapping, void *base)
{
	void *field = (char *)base + option->offset;

	if (option->type == &option_section)
		return read_mapping(reading, view_of_text(option->path), NULL, base);
	if (option->fallback != NULL)
		return option->type->parse(option, option->fallback, field);
	if (option->is_required && mapping != NULL && !reading->is_partial)
		schema_complain(reading, mapping, "%s is missing here", option_key(option));
	return 0;
}

static int read_item(struct reading *reading, const struct option *option,
    const struct node *node, struct list *list)
{
	char path[MAX_OPTION_PATH_BYTES];
	void *item;
	int error = array_reserve(&list->items, list->count, &list->capacity,
	    (const size_t[2]){option->item_bytes, (size_t)option->maximum});

	if (error < 0)
		return error;
	item = memset((char *)list->items + list->count * option->item_bytes, 0,
	    option->item_bytes);
	list->count++;
	snprintf(path, sizeof(path), "%s[]", option->path);
	return read_mapping(reading, view_of_text(path), node, item);
}

static void check_names(struct reading *reading, const struct node *list)
{
	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *name = node_get(node_item(list, i), "name");

		for (size_t j = 0; name != NULL && j < i; j++) {
			const struct node *other = node_get(node_item(list, j), "name");

			if (other != NULL && strcmp(node_text(name), node_text(other)) == 0) {
				schema_complain(reading, name, "the name '%.60s' is taken",
				    node_text(name));
				break;
			}
		}
	}
}

static int read_list(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	size_t count = node_count(node);
	int error = 0;

	if (node_kind(node) != NODE_SEQUENCE) {
		option_complain(reading, option, node);
		return 0;
	}
	if (count < (size_t)option->minimum && !reading->is_partial)
		schema_complain(reading, node, "%s is empty", option_key(option));
	if (count > (size_t)option->maximum) {
		schema_complain(reading, node, "%s has %zu items; the most is %lld",
		    option_key(option), count, (long long)option->maximum);
		return 0;
	}
	for (size_t i = 0; i < count && error == 0; i++)
		error = read_item(reading, option, node_item(node, i), field);
	if (option->is_named)
		check_names(reading, node);
	return error;
}

static int read_present(struct reading *reading, const struct option *option,
    const struct node *node, void *base)
{
	void *field = (char *)base + option->offset;

	if (option->type == &option_section) {
		if (node_kind(node) != NODE_MAPPING)
			option_complain(reading, option, node);
		return read_mapping(reading, view_of_text(option->path),
		    node_kind(node) == NODE_MAPPING ? node : NULL, base);
	}
	if (option->type == &option_list)
		return read_list(reading, option, node, field);
	if (option->type->read != NULL)
		return option->type->read(reading, option, node, field);
	return option_read_scalar(reading, option, node, field);
}

static int read_keys(
    struct reading *reading, struct view path, const struct node *mapping, void *base)
{
	int error = 0;

	for (size_t i = 0; i < node_count(mapping) && error == 0; i++) {
		const struct node *key = node_key(mapping, i);
		const struct option *option =
		    find_member(reading->schema, path, node_text(key));

		if (option == NULL)
			complain_unknown_key(reading, path, key);
		else
			error = read_present(reading, option, node_item(mapping, i), base);
	}
	return error;
}

/* Reads the keys of a mapping and fills in what is absent; with NULL the defaults only. */
static int read_mapping(
    struct reading *reading, struct view path, const struct node *mapping, void *base)
{
	const struct schema *schema = reading->schema;
	int error = 0;

	if (mapping != NULL && node_kind(mapping) != NODE_MAPPING) {
		schema_complain(
		    reading, mapping, "%s must stand here", option_section.title);
		mapping = NULL;
	}
	if (mapping != NULL)
		error = read_keys(reading, path, mapping, base);
	for (size_t i = 0; i < schema->count && error == 0; i++) {
		const struct option *option = &schema->options[i];

		if (is_member(option, path) &&
		    (mapping == NULL || node_get(mapping, option_key(option)) == NULL))
			error = read_absent(reading, option, mapping, base);
	}
	return error;
}

void schema_complain(
    struct reading *reading, const struct node *node, const char *format, ...)
{
	char message[MAX_MESSAGE_BYTES];
	va_list arguments;

	if (reading->error_count++ >= SCHEMA_MAX_ERRORS)
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	node_complain(node, reading->errors, "%s", message);
}

int schema_read(struct reading *reading, const struct node *root, void *base)
{
	size_t errors_before = reading->error_count;
	int error = read_mapping(reading, VIEW(""), root, base);

	if (error < 0)
		return error;
	return reading->error_count > errors_before ? -EINVAL : 0;
}

static void members_done(const struct schema *schema, struct view path, void *base);

static void list_done(const struct schema *schema, const struct option *option, struct list *list)
{
	char path[MAX_OPTION_PATH_BYTES];

	snprintf(path, sizeof(path), "%s[]", option->path);
	for (size_t i = 0; i < list->count; i++)
		members_done(schema, view_of_text(path),
		    (char *)list->items + i * option->item_bytes);
	array_done(list);
}

static void members_done(const struct schema *schema, struct view path, void *base)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct option *option = &schema->options[i];
		void *field = (char *)base + option->offset;

		if (!is_member(option, path))
			continue;
		if (option->type == &option_section)
			members_done(schema, view_of_text(option->path), base);
		else if (option->type == &option_list)
			list_done(schema, option, field);
		else if (option->type->done != NULL)
			option->type->done(option, field);
	}
}

void schema_done(const struct schema *schema, void *base)
{
	members_done(schema, VIEW(""), base);
}

static void append_limits(const struct option *option, struct buffer *text)
{
	if (option->choices != NULL) {
		for (size_t i = 0; option->choices[i] != NULL; i++)
			buffer_append_format(text, "%s%s", i > 0 ? "|" : "", option->choices[i]);
	} else if (option->type->append_bound != NULL) {
		option->type->append_bound(text, option->minimum);
		buffer_append_text(text, "..");
		option->type->append_bound(text, option->maximum);
	}
}

void schema_list(const struct schema *schema, struct buffer *text)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct option *option = &schema->options[i];

		buffer_append_format(text, "%s\t%s\t", option->path, option->type->name);
		if (option->is_required)
			buffer_append_text(text, "(required)");
		else if (option->fallback != NULL)
			buffer_append_text(text, option->fallback);
		buffer_append_byte(text, '\t');
		append_limits(option, text);
		buffer_append_format(text, "\t%s\n", option->help);
	}
}
