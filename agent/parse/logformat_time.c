/* strftime() and Java date patterns as elements; see logformat_parts.h. */
#include "parse/logformat_parts.h"

struct directive {
	char letter;
	enum stamp_part part; /* PART_COUNT: `spelled` instead */
	const char *spelled; /* what it stands for, in simpler directives */
};

static const struct directive *directive_of(char letter)
{
	static const struct directive directives[] = {
	    {'Y', PART_YEAR, NULL},
	    {'G', PART_YEAR, NULL},
	    {'y', PART_YEAR_OF_CENTURY, NULL},
	    {'m', PART_MONTH, NULL},
	    {'b', PART_MONTH_NAME, NULL},
	    {'B', PART_MONTH_NAME, NULL},
	    {'h', PART_MONTH_NAME, NULL},
	    {'d', PART_DAY, NULL},
	    {'e', PART_DAY, NULL},
	    {'j', PART_DAY_OF_YEAR, NULL},
	    {'H', PART_HOUR, NULL},
	    {'k', PART_HOUR, NULL},
	    {'I', PART_HOUR_OF_HALF, NULL},
	    {'l', PART_HOUR_OF_HALF, NULL},
	    {'p', PART_HALF, NULL},
	    {'P', PART_HALF, NULL},
	    {'M', PART_MINUTE, NULL},
	    {'S', PART_SECOND, NULL},
	    {'s', PART_SECONDS, NULL},
	    {'z', PART_ZONE, NULL},
	    {'Z', PART_ZONE_NAME, NULL},
	    {'a', PART_WEEKDAY_NAME, NULL},
	    {'A', PART_WEEKDAY_NAME, NULL},
	    {'T', PART_COUNT, "%H:%M:%S"},
	    {'X', PART_COUNT, "%H:%M:%S"},
	    {'R', PART_COUNT, "%H:%M"},
	    {'r', PART_COUNT, "%I:%M:%S %p"},
	    {'D', PART_COUNT, "%m/%d/%y"},
	    {'x', PART_COUNT, "%m/%d/%y"},
	    {'F', PART_COUNT, "%Y-%m-%d"},
	    {'c', PART_COUNT, "%a %b %e %H:%M:%S %Y"},
	    {'n', PART_COUNT, "\n"},
	    {'t', PART_COUNT, "\t"},
	    {'%', PART_COUNT, "%"},
	};

	for (size_t i = 0; i < count_of(directives); i++)
		if (directives[i].letter == letter)
			return &directives[i];
	return NULL;
}

/* Where a directive is known by what it stands for, that is spelled out; it nests no deeper. */
static void add_spelled(struct builder *builder, const char *spelled, struct view name)
{
	for (const char *at = spelled; *at != '\0'; at++) {
		if (*at != '%' || at[1] == '\0') {
			builder_literal(builder, *at);
			continue;
		}
		at++;
		builder_time(builder, directive_of(*at)->part, name);
	}
}

void builder_strftime(struct builder *builder, struct view pattern)
{
	static const char modifiers[] = "-_0^#EO";

	while (pattern.length > 0) {
		struct view name = pattern;
		const struct directive *directive;

		pattern = view_skip(pattern, 1);
		if (name.data[0] != '%') {
			builder_literal(builder, name.data[0]);
			continue;
		}
		while (pattern.length > 0 && pattern.data[0] != '\0' &&
		    strchr(modifiers, pattern.data[0]) != NULL)
			pattern = view_skip(pattern, 1);
		directive = pattern.length > 0 ? directive_of(pattern.data[0]) : NULL;
		pattern = view_skip(pattern, 1);
		name.length -= pattern.length;
		if (directive == NULL)
			builder_fail(builder, name,
			    "%.*s is no part of a time that can be read back",
			    VIEW_ARGUMENTS(name));
		else if (directive->part != PART_COUNT)
			builder_time(builder, directive->part, name);
		else
			add_spelled(builder, directive->spelled, name);
	}
}

struct letters {
	char letter;
	unsigned least; /* so many of the same letter, or more */
	enum stamp_part part;
};

static const struct letters *letters_of(char letter, size_t count)
{
	/* Of one letter the longest run that fits stands first. */
	static const struct letters runs[] = {
	    {'y', 4, PART_YEAR},
	    {'y', 2, PART_YEAR_OF_CENTURY},
	    {'u', 4, PART_YEAR},
	    {'M', 3, PART_MONTH_NAME},
	    {'M', 2, PART_MONTH},
	    {'d', 2, PART_DAY},
	    {'D', 3, PART_DAY_OF_YEAR},
	    {'H', 2, PART_HOUR},
	    {'h', 2, PART_HOUR_OF_HALF},
	    {'a', 1, PART_HALF},
	    {'m', 2, PART_MINUTE},
	    {'s', 2, PART_SECOND},
	    {'S', 6, PART_MICROSECOND},
	    {'S', 3, PART_MILLISECOND},
	    {'Z', 1, PART_ZONE},
	    {'X', 1, PART_ZONE},
	    {'x', 1, PART_ZONE},
	    {'z', 1, PART_ZONE_NAME},
	    {'E', 1, PART_WEEKDAY_NAME},
	};

	for (size_t i = 0; i < count_of(runs); i++)
		if (runs[i].letter == letter && count >= runs[i].least)
			return &runs[i];
	return NULL;
}

static bool is_letter(char byte)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/* 'text' stands for itself, and '' for a quote. */
static struct view add_quoted(struct builder *builder, struct view pattern)
{
	struct view text;

	pattern = view_skip(pattern, 1);
	view_cut(&pattern, '\'', &text);
	if (text.length == 0)
		builder_literal(builder, '\'');
	for (size_t i = 0; i < text.length; i++)
		builder_literal(builder, text.data[i]);
	return pattern;
}

void builder_java_date(struct builder *builder, struct view pattern)
{
	while (pattern.length > 0) {
		const struct letters *letters;
		size_t count = 1;

		if (pattern.data[0] == '\'') {
			pattern = add_quoted(builder, pattern);
			continue;
		}
		while (count < pattern.length && pattern.data[count] == pattern.data[0])
			count++;
		letters = letters_of(pattern.data[0], count);
		if (letters != NULL)
			builder_time(builder, letters->part, view_first(pattern, count));
		else if (is_letter(pattern.data[0]))
			builder_fail(builder, pattern,
			    "%.*s is no part of a time that can be read back",
			    VIEW_ARGUMENTS(view_first(pattern, count)));
		else
			for (size_t i = 0; i < count; i++)
				builder_literal(builder, pattern.data[0]);
		pattern = view_skip(pattern, count);
	}
}
