/* A YAML file as a tree whose every node knows where it stands, so that each complaint can say
 * file:line:column. libyaml does the reading. Aliases, anchors, tags, duplicate keys, several
 * documents in a file, and files over 1 MiB or nested deeper than 16 are errors. */
#ifndef AUTHMEDIC_CONFIG_DOCUMENT_H
#define AUTHMEDIC_CONFIG_DOCUMENT_H

#include "base/buffer.h"

#define DOCUMENT_MAX_BYTES ((size_t)1024 * 1024)
#define DOCUMENT_MAX_DEPTH 16

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct document;
struct node; /* owned by its document */

/* -errno after appending `file:line:col: message` to errors. An empty file is an empty mapping. */
must_check int document_load(
    struct document **ret_document, const char *file, struct buffer *errors);
/* The same of bytes at hand; `name` stands for the file in complaints. */
must_check int document_parse(struct document **ret_document, const char *name, struct view bytes,
    struct buffer *errors);
void document_free(struct document **document);
/* Lays one over the other: the overlay's values win, mappings merge, lists are replaced. Only lists
 * at the root's keys in `named_lists` (NULL at the end) merge, by their items' `name`. The base
 * then borrows from the overlay. -EINVAL where a root is no mapping. */
must_check int document_merge(
    struct document *base, struct document *overlay, const char *const *named_lists);
/* Whether its file is NAME.yml. */
bool document_is_named(const struct document *document, const char *name);
const struct node *document_root(const struct document *document);
/* The bytes as read, for digests. */
struct view document_bytes(const struct document *document);

enum node_kind node_kind(const struct node *node);
/* The scalar's text, "" for other kinds; lives as long as the document. */
const char *node_text(const struct node *node);
/* Whether a scalar was written in quotes (so "5" is a string and 5 may be a number). */
bool node_is_quoted(const struct node *node);
/* Items of a sequence, or pairs of a mapping. */
size_t node_count(const struct node *node);
/* An item, or a pair's value. */
const struct node *node_item(const struct node *node, size_t index);
const struct node *node_key(const struct node *mapping, size_t index);
/* The value under the key, or NULL. */
const struct node *node_get(const struct node *mapping, const char *key);

/* Appends `file:line:col`, for what only a later stage can judge. */
void node_place(const struct node *node, struct buffer *ret_place);
/* Appends `file:line:col: message` and a newline; overlong messages are cut, odd bytes escaped. */
void node_complain(const struct node *node, struct buffer *errors, const char *format, ...)
    format_like(3, 4);

/* Calls for each file in the folder whose name ends in .yml and begins with no dot, sorted, until
 * a call fails. -errno with a complaint where the folder cannot be read. */
typedef int document_on_file(void *context, const char *file);
must_check int document_each_file(
    const char *directory, struct buffer *errors, document_on_file *on_file, void *context);
/* The same, and a folder that is not there is as good as an empty one. */
must_check int document_each_file_if_any(
    const char *directory, struct buffer *errors, document_on_file *on_file, void *context);

/* What each file in a folder holds: a list. */
struct document_items {
	const char *what; /* of what, for a complaint: "a file of WHAT is a list" */
	int (*on_item)(void *context, const struct node *item); /* which lives no longer */
	void *context;
};
/* Calls for each item of each file, until a call fails. A file that cannot be read or is no list is
 * complained about, the others are read all the same, and then the result is -EINVAL. */
must_check int document_load_folder(
    const char *directory, struct buffer *errors, const struct document_items *items);

#endif
