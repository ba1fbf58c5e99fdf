#include "inspect-jvm/login_config.h"

#include <ctype.h>

/* Passes over one comment or blank; false where there is none in front. */
static bool skip_blank(struct view *text)
{
	struct view skipped;
	size_t end;

	if (view_starts_with(*text, VIEW("//")))
		view_cut(text, '\n', &skipped);
	else if (view_starts_with(*text, VIEW("/*")))
		*text = view_find(*text, VIEW("*/"), &end) ? view_skip(*text, end + 2)
							   : view_of(NULL, 0);
	else if (text->length > 0 && isspace((unsigned char)text->data[0]))
		*text = view_skip(*text, 1);
	else
		return false;
	return true;
}

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || (byte != '\0' && strchr("._$/-@", byte) != NULL);
}

/* Takes the next word off the front: a quoted text without its quotes, a name, or one byte. False
 * at the end. */
static bool take_word(struct view *text, struct view *ret_word)
{
	size_t length = 0;

	while (skip_blank(text))
		;
	if (text->length == 0)
		return false;
	if (text->data[0] == '"') {
		*text = view_skip(*text, 1);
		view_cut(text, '"', ret_word);
		return true;
	}
	while (length < text->length && is_name_byte(text->data[length]))
		length++;
	*ret_word = view_first(*text, length > 0 ? length : 1);
	*text = view_skip(*text, ret_word->length);
	return true;
}

static void take_option(struct login_config *config, struct view key, struct view value)
{
	bool yes = view_equal_ignoring_case(value, VIEW("true"));

	if (view_equal_text(key, "keyTab") && !config->has_keytab) {
		config->keytab = value;
		config->has_keytab = true;
	} else if (view_equal_text(key, "refreshKrb5Config")) {
		config->refreshes |= yes;
	} else if (view_equal_text(key, "storeKey")) {
		config->stores_key |= yes;
	}
}

struct login_config login_config_read(struct view text)
{
	struct login_config config = {0};
	struct view word = {0}, key = {0};

	while (take_word(&text, &word)) {
		if (!view_equal_text(word, "=")) {
			key = word;
			continue;
		}
		if (take_word(&text, &word))
			take_option(&config, key, word);
	}
	return config;
}
