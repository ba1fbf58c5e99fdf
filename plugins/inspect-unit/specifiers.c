#include "inspect-unit/specifiers.h"

#include <errno.h>

enum part { PART_NAME, PART_STEM, PART_PREFIX, PART_LAST, PART_INSTANCE, PART_COUNT };

static const struct {
	enum part part;
	char letter;
	bool unescaped;
} of_name[] = {
    {PART_NAME, 'n', false},
    {PART_STEM, 'N', false},
    {PART_PREFIX, 'p', false},
    {PART_PREFIX, 'P', true},
    {PART_LAST, 'j', false},
    {PART_LAST, 'J', true},
    {PART_INSTANCE, 'i', false},
    {PART_INSTANCE, 'I', true},
};

static const struct {
	char letter;
	const char *text;
} fixed[] = {{'%', "%"}, {'E', "/etc"}, {'t', "/run"}, {'S', "/var/lib"}, {'C', "/var/cache"},
    {'L', "/var/log"}};

/* What follows the last of these bytes; all where there is none. */
static struct view after_last(struct view text, char byte)
{
	struct view part = text;

	while (text.length > 0)
		view_cut(&text, byte, &part);
	return part;
}

/* PREFIX[@INSTANCE].TYPE; there may be more dots in both. */
static void split(const char *unit, struct view parts[PART_COUNT])
{
	struct view name = view_of_text(unit), stem = name;
	struct view type = after_last(name, '.');

	if (type.length < name.length)
		stem.length -= type.length + 1;
	parts[PART_NAME] = name;
	parts[PART_STEM] = parts[PART_INSTANCE] = stem;
	view_cut(&parts[PART_INSTANCE], '@', &parts[PART_PREFIX]);
	parts[PART_LAST] = after_last(parts[PART_PREFIX], '-');
}

static int digit_of(char byte)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = byte == '\0' ? NULL : strchr(digits, byte);

	return found == NULL ? -EINVAL : (int)(found - digits) % 16;
}

/* `-` for a slash, `\xHH` for any other byte. */
static int append_unescaped(struct view text, struct buffer *expanded)
{
	while (text.length > 0) {
		char byte = text.data[0];
		size_t used = 1;

		if (byte == '-') {
			byte = '/';
		} else if (byte == '\\') {
			int high = text.length < 4 ? -EINVAL : digit_of(text.data[2]);
			int low = text.length < 4 ? -EINVAL : digit_of(text.data[3]);

			if (text.length < 4 || text.data[1] != 'x' || high < 0 || low < 0 ||
			    high + low == 0)
				return -EINVAL;
			byte = (char)(high * 16 + low);
			used = 4;
		}
		buffer_append_byte(expanded, byte);
		text = view_skip(text, used);
	}
	return 0;
}

static int append_one(char letter, const struct view parts[PART_COUNT], struct buffer *expanded)
{
	for (size_t i = 0; i < count_of(fixed); i++) {
		if (fixed[i].letter == letter) {
			buffer_append_text(expanded, fixed[i].text);
			return 0;
		}
	}
	for (size_t i = 0; i < count_of(of_name); i++) {
		if (of_name[i].letter != letter)
			continue;
		if (of_name[i].unescaped)
			return append_unescaped(parts[of_name[i].part], expanded);
		buffer_append(expanded, parts[of_name[i].part]);
		return 0;
	}
	return -EINVAL;
}

int specifiers_expand(struct view text, const char *unit, struct buffer *expanded)
{
	struct view parts[PART_COUNT];

	split(unit, parts);
	while (text.length > 0) {
		struct view plain;
		bool found;
		int error = 0;

		found = view_cut(&text, '%', &plain);
		buffer_append(expanded, plain);
		if (found && text.length == 0)
			return -EINVAL;
		if (found)
			error = append_one(text.data[0], parts, expanded);
		if (error < 0)
			return error;
		text = view_skip(text, 1);
	}
	return buffer_error(expanded);
}
