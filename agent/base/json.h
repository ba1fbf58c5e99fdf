/* JSON trees; cJSON does the work. Text from outside is made valid UTF-8 when it is put in. A put
 * that fails for want of memory makes json_print() fail, so builders need no checks of their
 * own. */
#ifndef AUTHMEDIC_BASE_JSON_H
#define AUTHMEDIC_BASE_JSON_H

#include "base/buffer.h"

struct json; /* an object, array or scalar; owned by its parent once put */

struct json *json_object_new(void);
struct json *json_array_new(void);
void json_free(struct json **json);

/* NULL objects are taken and ignored, as is what cannot be had for want of memory. */
void json_put_text(struct json *object, const char *name, const char *text);
void json_put_view(struct json *object, const char *name, struct view text);
void json_put_int(struct json *object, const char *name, int64_t value);
void json_put_number(struct json *object, const char *name, double value);
void json_put_bool(struct json *object, const char *name, bool value);
void json_put_null(struct json *object, const char *name);
/* `printed` is JSON already, of our own making: for what is too long to be a tree. Only for
 * printing: it cannot be read again from this tree. */
void json_put_printed(struct json *object, const char *name, const struct buffer *printed);
/* RFC 3339; negative times and those beyond the year 9999 are left out. */
void json_put_time(struct json *object, const char *name, int64_t time_ms);
/* Takes out the members of that name, if any. */
void json_remove(struct json *object, const char *name);
/* A new child, owned by the parent; NULL without memory. */
struct json *json_put_object(struct json *object, const char *name);
struct json *json_put_array(struct json *object, const char *name);
struct json *json_add_object(struct json *array);
void json_add_text(struct json *array, const char *text);
/* The member to put more into; NULL where it is missing. */
struct json *json_child(struct json *object, const char *name);
/* Moves a free-standing tree into the object, or drops it. */
void json_put_tree(struct json *object, const char *name, struct json *owned_tree);
void json_add_tree(struct json *array, struct json *owned_tree);

/* Appends the tree on one line, without a newline; -ENOMEM where any part is missing. What would
 * lead a terminal astray is escaped. */
must_check int json_print(const struct json *json, struct buffer *buffer);

/* Reads one document that fills the whole view, at most 16 MiB, nested at most 32 deep and without
 * NUL in its texts; -EINVAL otherwise, -ENOMEM. */
must_check int json_parse(struct view text, struct json **ret_json);
/* NULL where the member is missing or of another kind. */
const struct json *json_get(const struct json *object, const char *name);
const char *json_get_text(const struct json *object, const char *name);
/* `fallback` where the member is missing or no whole number within 2^53. */
int64_t json_get_int(const struct json *object, const char *name, int64_t fallback);
double json_get_number(const struct json *object, const char *name, double fallback);
bool json_get_bool(const struct json *object, const char *name);
/* Walks the members of an object or array: start with NULL, ends with NULL. */
const struct json *json_next(const struct json *parent, const struct json *previous);
/* The member's name, its text, or NULL; its number, or the fallback. */
const char *json_name(const struct json *json);
const char *json_text(const struct json *json);
double json_number(const struct json *json, double fallback);

#define auto_json __attribute__((cleanup(json_free)))

#endif
