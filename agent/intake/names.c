#include "intake/names.h"

#define FEWEST_DATE_DIGITS     6
#define MOST_GENERATION_DIGITS 3

bool names_is_compressed(const char *name)
{
	static const char *const endings[] = {
	    ".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z", ".zip", ".7z"};

	for (size_t i = 0; i < count_of(endings); i++)
		if (view_ends_with(view_of_text(name), view_of_text(endings[i])))
			return true;
	return false;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static size_t count_digits(struct view text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.length; i++)
		digits += is_digit(text.data[i]) ? 1 : 0;
	return digits;
}

static bool is_separator(char byte)
{
	return byte == '.' || byte == '-' || byte == '_';
}

static bool is_part_of_number(char byte)
{
	return is_digit(byte) || is_separator(byte) || byte == 'T' || byte == ':';
}

/* Takes ".1", "-20260101", "_2026-01-01T12:00" away at the end. */
static bool cut_number(struct view *name)
{
	size_t start = name->length;
	size_t digits;

	while (start > 0 && is_part_of_number(name->data[start - 1]))
		start--;
	while (start < name->length && !is_separator(name->data[start]))
		start++;
	digits = count_digits(view_skip(*name, start));
	if (start == 0 || digits == 0 || !is_digit(name->data[name->length - 1]))
		return false;
	if (digits > MOST_GENERATION_DIGITS && digits < FEWEST_DATE_DIGITS)
		return false;
	name->length = start;
	return true;
}

static bool cut_word(struct view *name)
{
	static const char *const words[] = {".old", ".bak", ".prev"};

	for (size_t i = 0; i < count_of(words); i++) {
		if (name->length > strlen(words[i]) &&
		    view_ends_with(*name, view_of_text(words[i]))) {
			name->length -= strlen(words[i]);
			return true;
		}
	}
	return false;
}

bool names_before_rotation(const char *name, enum names_way way, char ret_base[NAMES_MAX_BYTES + 1])
{
	struct view stem = view_of_text(name);
	struct view extension = VIEW("");
	const char *dot = strrchr(name, '.');

	if (stem.length == 0 || stem.length > NAMES_MAX_BYTES)
		return false;
	if (way == NAMES_WITHIN) {
		if (dot == NULL)
			return false;
		extension = view_of_text(dot);
		stem.length -= extension.length;
	}
	if (stem.length == 0 || (!cut_number(&stem) && (way == NAMES_WITHIN || !cut_word(&stem))))
		return false;
	memcpy(ret_base, stem.data, stem.length);
	memcpy(ret_base + stem.length, extension.data, extension.length);
	ret_base[stem.length + extension.length] = '\0';
	return true;
}

enum form { DATED, NUMBERED, OTHER };

static enum form form_of(const char *name)
{
	struct view whole = view_of_text(name);
	struct view stem = whole;
	const char *dot = strrchr(name, '.');

	if (!cut_number(&stem)) {
		whole = view_first(whole, dot != NULL ? (size_t)(dot - name) : 0);
		stem = whole;
		if (stem.length == 0 || !cut_number(&stem))
			return OTHER;
	}
	return count_digits(view_skip(whole, stem.length)) > MOST_GENERATION_DIGITS ? DATED
										    : NUMBERED;
}

int names_compare_age(const char *a, const char *b)
{
	enum form form_a = form_of(a);
	enum form form_b = form_of(b);

	if (form_a != form_b)
		return form_a < form_b ? -1 : 1;
	if (form_a == OTHER)
		return 0;
	return form_a == DATED ? strverscmp(a, b) : strverscmp(b, a);
}

bool names_are_series(const char *a, const char *b)
{
	size_t digits = count_digits(view_of_text(a));

	if (digits < FEWEST_DATE_DIGITS)
		return false;
	for (;; a++, b++) {
		/* Runs of digits need not be of one length. */
		while (is_digit(*a))
			a++;
		while (is_digit(*b))
			b++;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

bool names_is_later(const char *a, const char *b)
{
	return names_are_series(a, b) && strverscmp(a, b) > 0;
}

struct view names_start(const char *pattern)
{
	const char *slash = strrchr(pattern, '/');
	const char *name = slash != NULL ? slash + 1 : pattern;

	return view_of(name, strcspn(name, "*?[.-_0123456789"));
}
