#include "config/document.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/file.h"
#include "config/tree.h"

#define MAX_KEYS          256 /* of one mapping: finding duplicates is quadratic */
#define MAX_FILES         1024
#define MAX_MESSAGE_BYTES 400

static int document_new(struct document **ret_document, const char *name)
{
	struct document *document = calloc(1, sizeof(*document));

	if (document == NULL)
		return -ENOMEM;
	buffer_init(&document->bytes, DOCUMENT_MAX_BYTES);
	document->name = view_to_text(view_of_text(name));
	if (document->name == NULL) {
		document_free(&document);
		return -ENOMEM;
	}
	*ret_document = document;
	return 0;
}

/* What one run of libyaml's parser needs. */
struct reading {
	yaml_parser_t parser;
	struct document *document;
	struct view text; /* the document's bytes behind their mark */
	struct buffer *errors;
	struct node *open[DOCUMENT_MAX_DEPTH]; /* the containers around the current place */
	size_t depth;
};

static struct place place_of(yaml_mark_t mark)
{
	return (struct place){mark.line + 1, mark.column + 1};
}

static int refuse(struct reading *reading, struct place place, const char *message)
{
	tree_complain(reading->errors, reading->document->name, place, message);
	return -EINVAL;
}

/* Where the byte stands: libyaml's reader tells only the offset. */
static struct place place_at(struct view bytes, size_t offset)
{
	struct place place = {1, 1};

	for (size_t i = 0; i < offset && i < bytes.length; i++) {
		if (bytes.data[i] == '\n')
			place = (struct place){place.line + 1, 1};
		else if ((bytes.data[i] & 0xc0) != 0x80)
			place.column++;
	}
	return place;
}

static int refuse_syntax(struct reading *reading)
{
	const yaml_parser_t *parser = &reading->parser;
	char message[MAX_MESSAGE_BYTES];

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR)
		return refuse(reading,
		    place_at(reading->text, parser->problem_offset), parser->problem);
	if (parser->context == NULL)
		return refuse(reading, place_of(parser->problem_mark), parser->problem);
	snprintf(message, sizeof(message), "%s, %s that began in line %zu", parser->problem,
	    parser->context, parser->context_mark.line + 1);
	return refuse(reading, place_of(parser->problem_mark), message);
}

static bool awaits_key(const struct node *parent)
{
	return parent->kind == NODE_MAPPING && parent->children.count % 2 == 0;
}

static const char *why_not_key(const struct node *mapping, const struct node *key)
{
	if (key->kind != NODE_SCALAR)
		return "a key must be a plain word";
	if (mapping->children.count >= (size_t)2 * MAX_KEYS)
		return "too many keys";
	for (size_t i = 0; i < mapping->children.count; i += 2)
		if (strcmp(mapping->children.items[i]->text, key->text) == 0)
			return "this key is here twice";
	return NULL;
}

static enum node_kind kind_of(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
		return NODE_SEQUENCE;
	case YAML_MAPPING_START_EVENT:
		return NODE_MAPPING;
	default:
		return NODE_SCALAR;
	}
}

static struct node *node_new(const struct document *document, const yaml_event_t *event)
{
	struct node *node = calloc(1, sizeof(*node));

	if (node == NULL)
		return NULL;
	node->file = document->name;
	node->place = place_of(event->start_mark);
	node->kind = kind_of(event);
	if (node->kind != NODE_SCALAR)
		return node;
	node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = view_to_text(view_of_text((const char *)event->data.scalar.value));
	if (node->text == NULL)
		node_free(&node);
	return node;
}

/* The document owns the node from here on. */
static int own_node(struct document *document, struct node *node)
{
	int error = node == NULL ? -ENOMEM : array_push(&document->nodes, node, TREE_MAX_NODES);

	if (error < 0)
		node_free(&node);
	return error;
}

/* Makes the node and hangs it into the container that is open. */
static int add_node(struct reading *reading, const yaml_event_t *event, struct node **ret_node)
{
	struct node *parent = reading->depth > 0 ? reading->open[reading->depth - 1] : NULL;
	struct node *node = node_new(reading->document, event);
	const char *why = NULL;
	int error = own_node(reading->document, node);

	if (error == -ENOSPC)
		return refuse(reading, place_of(event->start_mark), "too many values in a file");
	if (error < 0)
		return error;
	*ret_node = node;
	if (parent == NULL)
		return 0;
	if (awaits_key(parent))
		why = why_not_key(parent, node);
	return why != NULL ? refuse(reading, node->place, why)
	                   : array_push(&parent->children, node, TREE_MAX_NODES);
}

/* What YAML allows and we do not: each is a way to make a file mean other than it seems to. */
static const char *why_not_node(const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		return "anchors (&name) are not allowed";
	if (tag != NULL)
		return "tags (!name) are not allowed";
	return NULL;
}

static const char *why_not_scalar(const yaml_event_t *event)
{
	const yaml_char_t *text = event->data.scalar.value;

	for (size_t i = 0; i < event->data.scalar.length; i++)
		if ((text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') || text[i] == 0x7f)
			return "a control character in a value";
	return why_not_node(event->data.scalar.anchor, event->data.scalar.tag);
}

static int on_start(struct reading *reading, const yaml_event_t *event)
{
	bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
	const char *why = is_mapping ? why_not_node(event->data.mapping_start.anchor,
	                                   event->data.mapping_start.tag)
	                             : why_not_node(event->data.sequence_start.anchor,
	                                   event->data.sequence_start.tag);
	struct node *node = NULL;
	int error;

	if (why == NULL && reading->depth == DOCUMENT_MAX_DEPTH)
		why = "nested too deep";
	if (why != NULL)
		return refuse(reading, place_of(event->start_mark), why);
	error = add_node(reading, event, &node);
	if (error == 0)
		reading->open[reading->depth++] = node;
	return error;
}

static int on_event(struct reading *reading, const yaml_event_t *event)
{
	const char *why = NULL;
	struct node *node;

	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (reading->document->nodes.count > 0)
			why = "a second document in the file";
		break;
	case YAML_ALIAS_EVENT:
		why = "aliases (*name) are not allowed";
		break;
	case YAML_SCALAR_EVENT:
		why = why_not_scalar(event);
		if (why == NULL)
			return add_node(reading, event, &node);
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_start(reading, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		reading->depth--;
		break;
	default:
		break;
	}
	return why != NULL ? refuse(reading, place_of(event->start_mark), why) : 0;
}

static int read_events(struct reading *reading)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	int error = 0;

	while (error == 0 && type != YAML_STREAM_END_EVENT) {
		yaml_event_t event;

		if (!yaml_parser_parse(&reading->parser, &event))
			return refuse_syntax(reading);
		type = event.type;
		error = on_event(reading, &event);
		yaml_event_delete(&event);
	}
	return error;
}

/* A file without any document is an empty mapping. */
static int add_empty_root(struct document *document)
{
	yaml_event_t event = {.type = YAML_MAPPING_START_EVENT};

	return own_node(document, node_new(document, &event));
}

/* Some editors begin a file with a mark, which libyaml takes for a column of the first line. */
static struct view without_mark(struct view bytes)
{
	return view_skip(bytes, view_starts_with(bytes, VIEW("\xef\xbb\xbf")) ? 3 : 0);
}

static bool is_utf16(struct view bytes)
{
	return view_starts_with(bytes, VIEW("\xff\xfe")) ||
	    view_starts_with(bytes, VIEW("\xfe\xff"));
}

static int build_tree(struct document *document, struct buffer *errors)
{
	struct reading reading = {.document = document,
	    .text = without_mark(view_of(buffer_text(&document->bytes), document->bytes.length)),
	    .errors = errors};
	int error;

	if (is_utf16(reading.text))
		return refuse(&reading, (struct place){1, 1},
		    "the file is UTF-16: save it as UTF-8");
	if (!yaml_parser_initialize(&reading.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reading.parser, (const unsigned char *)reading.text.data,
	    reading.text.length);
	error = read_events(&reading);
	yaml_parser_delete(&reading.parser);
	if (error == 0 && document->nodes.count == 0)
		error = add_empty_root(document);
	return error;
}

int document_parse(struct document **ret_document, const char *name, struct view bytes,
    struct buffer *errors)
{
	struct document *document = NULL;
	int error = document_new(&document, name);

	if (error < 0)
		return error;
	buffer_append(&document->bytes, bytes);
	error = buffer_error(&document->bytes);
	if (error == -E2BIG)
		tree_complain(errors, name, (struct place){1, 1}, "the file is over 1 MiB");
	if (error == 0)
		error = build_tree(document, errors);
	if (error < 0)
		goto fail;
	*ret_document = document;
	return 0;
fail:
	document_free(&document);
	return error;
}

static const char *why_unread(int error)
{
	switch (error) {
	case -E2BIG:
		return "the file is over 1 MiB";
	case -EISDIR:
		return "this is a folder, not a file";
	case -EINVAL:
		return "this is no regular file";
	default:
		return strerror(-error);
	}
}

int document_load(struct document **ret_document, const char *file, struct buffer *errors)
{
	struct buffer auto_buffer bytes;
	int error;

	buffer_init(&bytes, DOCUMENT_MAX_BYTES);
	error = file_read(file, &bytes);
	if (error < 0) {
		tree_complain(errors, file, (struct place){1, 1}, why_unread(error));
		return error;
	}
	return document_parse(ret_document, file, buffer_view(&bytes), errors);
}

struct names {
	char **items;
	size_t count;
	size_t capacity;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	array_done(names);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_yaml_name(const char *name)
{
	return name[0] != '.' && view_ends_with(view_of_text(name), VIEW(".yml"));
}

static int add_name(struct names *names, const char *directory, const char *name)
{
	char *path = NULL;
	int error;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	error = array_push(names, path, MAX_FILES);
	if (error < 0)
		free(path);
	return error;
}

static int list_names(struct names *names, const char *directory)
{
	struct dirent *entry;
	DIR *stream = opendir(directory);
	int error = 0;

	if (stream == NULL)
		return -errno;
	errno = 0;
	while (error == 0 && (entry = readdir(stream)) != NULL) {
		if (is_yaml_name(entry->d_name))
			error = add_name(names, directory, entry->d_name);
		errno = 0;
	}
	if (error == 0)
		error = -errno;
	closedir(stream);
	if (names->count > 0)
		qsort(names->items, names->count, sizeof(*names->items), compare_names);
	return error;
}

int document_each_file_if_any(
    const char *directory, struct buffer *errors, document_on_file *on_file, void *context)
{
	struct names auto_call(names_done) names = {0};
	int error = list_names(&names, directory);

	if (error == -ENOENT)
		return 0;
	if (error < 0) {
		tree_complain(errors, directory, (struct place){1, 1},
		    error == -ENOSPC ? "too many files in this folder" : strerror(-error));
		return error;
	}
	for (size_t i = 0; i < names.count && error == 0; i++)
		error = on_file(context, names.items[i]);
	return error;
}

int document_each_file(
    const char *directory, struct buffer *errors, document_on_file *on_file, void *context)
{
	struct stat status;

	if (stat(directory, &status) < 0) {
		int error = -errno;

		tree_complain(errors, directory, (struct place){1, 1}, strerror(-error));
		return error;
	}
	return document_each_file_if_any(directory, errors, on_file, context);
}

struct folder {
	const struct document_items *items;
	struct buffer *errors;
	bool failed; /* a file was complained about */
};

static int load_items(void *context, const char *file)
{
	struct folder *folder = context;
	struct document *auto_call(document_free) document = NULL;
	const struct node *root;
	int error = document_load(&document, file, folder->errors);

	if (error < 0) {
		folder->failed = true;
		return error == -ENOMEM ? error : 0;
	}
	root = document_root(document);
	if (node_kind(root) != NODE_SEQUENCE) {
		node_complain(root, folder->errors, "a file of %s is a list", folder->items->what);
		folder->failed = true;
		return 0;
	}
	for (size_t i = 0; i < node_count(root) && error == 0; i++)
		error = folder->items->on_item(folder->items->context, node_item(root, i));
	return error;
}

int document_load_folder(
    const char *directory, struct buffer *errors, const struct document_items *items)
{
	struct folder folder = {.items = items, .errors = errors};
	int error = document_each_file(directory, errors, load_items, &folder);

	return error == 0 && folder.failed ? -EINVAL : error;
}
