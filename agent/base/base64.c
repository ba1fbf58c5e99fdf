#include "base/base64.h"

#include <errno.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_append(struct buffer *buffer, struct view bytes)
{
	while (bytes.length > 0) {
		struct view group = view_first(bytes, 3);
		uint32_t bits = 0;
		char text[4];

		for (size_t i = 0; i < 3; i++)
			bits = bits << 8 | (i < group.length ? (unsigned char)group.data[i] : 0);
		for (size_t i = 0; i < 4; i++)
			text[i] = i <= group.length ? digits[bits >> (18 - 6 * i) & 63] : '=';
		buffer_append(buffer, view_of(text, sizeof(text)));
		bytes = view_skip(bytes, group.length);
	}
}

/* -1 where the byte is no digit. */
static int digit_value(char byte)
{
	const char *found = byte != '\0' ? strchr(digits, byte) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* The text without its padding; -EINVAL where the length or a digit is wrong. */
static int check(struct view *text)
{
	if (text->length % 4 != 0)
		return -EINVAL;
	for (int padding = 0; padding < 2 && view_ends_with(*text, VIEW("=")); padding++)
		text->length--;
	for (size_t i = 0; i < text->length; i++)
		if (digit_value(text->data[i]) < 0)
			return -EINVAL;
	return 0;
}

int base64_append_decoded(struct buffer *buffer, struct view text)
{
	uint32_t bits = 0;
	int error = check(&text);

	if (error < 0)
		return error;
	for (size_t i = 0; i < text.length; i++) {
		bits = bits << 6 | (uint32_t)digit_value(text.data[i]);
		/* Digits of a group after the first each complete one byte. */
		if (i % 4 != 0)
			buffer_append_byte(buffer, (char)(bits >> (6 - i % 4 * 2) & 0xff));
	}
	return buffer_error(buffer);
}
