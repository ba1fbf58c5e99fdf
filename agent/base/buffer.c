#include "base/buffer.h"

#include <errno.h>

#define SMALLEST_CAPACITY_BYTES 64

void buffer_init(struct buffer *buffer, size_t max_bytes)
{
	*buffer = (struct buffer){.max_bytes = max_bytes};
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->data);
	buffer_init(buffer, buffer->max_bytes);
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->error = 0;
	if (buffer->data != NULL)
		buffer->data[0] = '\0';
}

/* Makes room for `extra` bytes and the NUL behind them. */
static int reserve(struct buffer *buffer, size_t extra)
{
	size_t capacity = buffer->capacity_bytes;
	char *grown;

	if (buffer->error < 0)
		return buffer->error;
	if (extra > buffer->max_bytes - buffer->length)
		return buffer->error = -E2BIG;
	if (buffer->length + extra + 1 <= capacity)
		return 0;
	if (capacity < SMALLEST_CAPACITY_BYTES)
		capacity = SMALLEST_CAPACITY_BYTES;
	while (capacity < buffer->length + extra + 1)
		capacity *= 2;
	grown = realloc(buffer->data, capacity);
	if (grown == NULL)
		return buffer->error = -ENOMEM;
	buffer->data = grown;
	buffer->capacity_bytes = capacity;
	return 0;
}

void buffer_append(struct buffer *buffer, struct view bytes)
{
	if (reserve(buffer, bytes.length) < 0)
		return;
	if (bytes.length > 0)
		memcpy(buffer->data + buffer->length, bytes.data, bytes.length);
	buffer->length += bytes.length;
	buffer->data[buffer->length] = '\0';
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, view_of_text(text));
}

void buffer_append_byte(struct buffer *buffer, char byte)
{
	buffer_append(buffer, view_of(&byte, 1));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0) {
		buffer->error = -E2BIG;
		return;
	}
	if (reserve(buffer, (size_t)length) < 0)
		return;
	va_start(arguments, format);
	vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buffer->length += (size_t)length;
}

void buffer_consume(struct buffer *buffer, size_t count)
{
	if (count > buffer->length)
		count = buffer->length;
	if (count == 0)
		return;
	buffer->length -= count;
	memmove(buffer->data, buffer->data + count, buffer->length + 1);
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->data != NULL ? buffer->data : "";
}
