/* A table of options, and the one reader that turns YAML into a struct by it. The table is the only
 * place that knows an option: reader, defaults, complaints and lists come from it. */
#ifndef AUTHMEDIC_CONFIG_SCHEMA_H
#define AUTHMEDIC_CONFIG_SCHEMA_H

#include "base/array.h"
#include "config/document.h"

#define SCHEMA_MAX_ERRORS 50

struct schema;
struct option;

/* One pass over a tree. Troubles with the content are counted and described, not returned. */
struct reading {
	const struct schema *schema;
	struct buffer *errors;
	size_t error_count;
	bool is_partial; /* what is required may be missing: another file may have it */
};

/* How values of one kind are read into a field: a scalar by `parse`, anything else by `read`. */
struct option_type {
	const char *name;  /* "duration", for lists of options */
	const char *title; /* completes "must be …" */
	bool is_private;   /* a wrong value is not repeated: it may hold a password */
	/* -EINVAL: not such a value, -ERANGE: outside the option's bounds, -ENOMEM. */
	int (*parse)(const struct option *option, const char *text, void *field);
	/* Complains by itself; returns only -ENOMEM. */
	int (*read)(struct reading *reading, const struct option *option, const struct node *node,
	    void *field);
	void (*append_bound)(struct buffer *buffer, int64_t bound); /* where there are bounds */
	void (*done)(const struct option *option, void *field);     /* where there is memory */
};

struct option {
	const char *path; /* "sites[].probe.every"; what stands before the last dot is a row, too */
	const struct option_type *type;
	size_t offset;        /* in the struct of the innermost list around it, or the root's */
	const char *fallback; /* what holds when it is not given, as one would write it; or NULL */
	bool is_required;
	bool is_named;      /* a list: its items' names differ */
	int64_t minimum;    /* of a number or duration, or items of a list */
	int64_t maximum;
	const char *const *choices; /* NULL at the end; their index is the value */
	size_t item_bytes;          /* of a list's items */
	const char *help;
};

struct schema {
	const struct option *options;
	size_t count;
};

/* Fills the zeroed struct at `base`, defaults included. -EINVAL where it complained, -ENOMEM; the
 * struct must be given to schema_done() in any case. Kept nodes live as long as `root`. */
must_check int schema_read(struct reading *reading, const struct node *root, void *base);
void schema_done(const struct schema *schema, void *base);

/* Counts the complaint, and appends it while there are few. */
void schema_complain(
    struct reading *reading, const struct node *node, const char *format, ...) format_like(3, 4);

/* The last part of the option's path. */
const char *option_key(const struct option *option);
/* Complains that the value must be what its type says. */
void option_complain(
    struct reading *reading, const struct option *option, const struct node *node);
/* Reads a scalar and complains where it is none. */
must_check int option_read_scalar(struct reading *reading, const struct option *option,
    const struct node *node, void *field);
/* One line an option, its parts separated by tabs: path, type, default, bounds or choices, help. */
void schema_list(const struct schema *schema, struct buffer *text);

#endif
