/* A buffer that grows up to a maximum fixed when it is made. Errors stick: append freely, ask
 * buffer_error() once at the end. */
#ifndef AUTHMEDIC_BASE_BUFFER_H
#define AUTHMEDIC_BASE_BUFFER_H

#include <stdarg.h>

#include "base/view.h"

struct buffer {
	char *data; /* NUL-terminated once anything was appended; the NUL does not count */
	size_t length;
	size_t capacity_bytes;
	size_t max_bytes;
	int error; /* 0, -E2BIG or -ENOMEM */
};

void buffer_init(struct buffer *buffer, size_t max_bytes);
/* Frees the memory; the buffer may be filled again. */
void buffer_done(struct buffer *buffer);
/* Forgets content and error, keeps the memory. */
void buffer_clear(struct buffer *buffer);

void buffer_append(struct buffer *buffer, struct view bytes);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_byte(struct buffer *buffer, char byte);
void buffer_append_format(struct buffer *buffer, const char *format, ...) format_like(2, 3);
/* Takes `count` bytes away at the front. */
void buffer_consume(struct buffer *buffer, size_t count);

static inline struct view buffer_view(const struct buffer *buffer)
{
	return view_of(buffer->data, buffer->length);
}

/* The content as text, "" where empty; lives until the buffer changes. */
const char *buffer_text(const struct buffer *buffer);

must_check static inline int buffer_error(const struct buffer *buffer)
{
	return buffer->error;
}

#define auto_buffer __attribute__((cleanup(buffer_done)))

#endif
