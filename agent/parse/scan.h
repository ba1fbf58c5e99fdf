/* Taking a line apart from its left end. Each take_x() moves *rest behind what it took, or leaves
 * *rest alone and returns false. */
#ifndef AUTHMEDIC_PARSE_SCAN_H
#define AUTHMEDIC_PARSE_SCAN_H

#include "base/view.h"

static inline bool take_byte(struct view *rest, char byte)
{
	if (rest->length == 0 || rest->data[0] != byte)
		return false;
	*rest = view_of(rest->data + 1, rest->length - 1);
	return true;
}

/* The first space of a word of eight bytes, from 0; 8 where there is none. */
static inline unsigned space_in_word(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t other; /* a zero byte where there is a space */
	uint64_t found; /* the top bit of the first such byte, and perhaps bits above it */

	memcpy(&other, at, sizeof(other));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	other = __builtin_bswap64(other);
#endif
	other ^= ones * ' ';
	found = (other - ones) & ~other & ones << 7;
	return found != 0 ? (unsigned)__builtin_ctzll(found) / 8 : 8;
}

/* The first space, or NULL. Most words are short, which makes calling memchr() for each dear: so
 * eight bytes are looked at here, then eight more, and memchr() gets what is left. */
static inline const char *find_space(struct view text)
{
	size_t offset = text.length >= 8 ? space_in_word(text.data) : 0;

	if (offset == 8 && text.length >= 16)
		offset += space_in_word(text.data + 8);
	if (offset < text.length && text.data[offset] == ' ')
		return text.data + offset;
	return offset < text.length
	    ? memchr(text.data + offset, ' ', text.length - offset)
	    : NULL;
}

/* The bytes before the next space, which is dropped, or before the end. Never empty. */
static inline bool take_word(struct view *rest, struct view *ret_word)
{
	const char *end = find_space(*rest);
	size_t length = end != NULL ? (size_t)(end - rest->data) : rest->length;

	if (length == 0)
		return false;
	*ret_word = view_of(rest->data, length);
	if (end != NULL)
		length++;
	*rest = view_of(rest->data + length, rest->length - length);
	return true;
}

/* Decimal digits and the space behind them, or the end. At most 18, so that any fits. */
static inline bool take_number(struct view *rest, int64_t *ret_number)
{
	uint64_t number = 0;
	size_t longest = rest->length < 19 ? rest->length : 19;
	size_t length = 0;

	for (; length < longest; length++) {
		unsigned digit = (unsigned char)rest->data[length] - (unsigned)'0';

		if (digit > 9)
			break;
		number = number * 10 + digit;
	}
	if (length == 0 || length > 18 || (length < rest->length && rest->data[length] != ' '))
		return false;
	*ret_number = (int64_t)number;
	if (length < rest->length)
		length++;
	*rest = view_of(rest->data + length, rest->length - length);
	return true;
}

/* "text", in which a backslash makes any byte ordinary; what is between the quotes, as it is. */
static inline bool take_quoted(struct view *rest, struct view *ret_text)
{
	const char *end;
	const char *from;
	const char *quote;

	if (rest->length == 0 || rest->data[0] != '"')
		return false;
	end = rest->data + rest->length;
	from = rest->data + 1;
	while ((quote = memchr(from, '"', (size_t)(end - from))) != NULL) {
		const char *slash = quote;

		/* No run of backslashes reaches over a quote, so each byte is looked at twice. */
		while (slash > from && slash[-1] == '\\')
			slash--;
		if ((quote - slash) % 2 == 0)
			break;
		from = quote + 1;
	}
	if (quote == NULL)
		return false;
	*ret_text = view_of(rest->data + 1, (size_t)(quote - rest->data) - 1);
	*rest = view_of(quote + 1, (size_t)(end - quote) - 1);
	return true;
}

/* Logs write "-" for nothing. */
static inline struct view without_dash(struct view text)
{
	return text.length == 1 && text.data[0] == '-' ? view_of(text.data, 0) : text;
}

#endif
