/* How a document's tree is stored; for document.c and tree.c only. */
#ifndef AUTHMEDIC_CONFIG_TREE_H
#define AUTHMEDIC_CONFIG_TREE_H

#include "base/array.h"
#include "config/document.h"

#define TREE_MAX_NODES 65536

/* Both counted from 1. */
struct place {
	size_t line;
	size_t column;
};

struct nodes {
	struct node **items;
	size_t count;
	size_t capacity;
};

struct node {
	const char *file; /* its document's name */
	struct place place;
	enum node_kind kind;
	bool is_quoted;
	char *text;            /* a scalar's */
	struct nodes children; /* items; in a mapping key, value, key, value … */
};

struct document {
	char *name;
	struct buffer bytes;
	struct nodes nodes; /* all of them; the first is the root */
};

void node_free(struct node **node);
void tree_complain(
    struct buffer *errors, const char *name, struct place place, const char *message);

#endif
