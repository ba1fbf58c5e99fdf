#include "parse/regex.h"

#include <errno.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static void complain(int error, size_t offset, struct buffer *error_text)
{
	PCRE2_UCHAR message[256];

	pcre2_get_error_message(error, message, sizeof(message));
	buffer_append_format(
	    error_text, "%s at byte %zu of the pattern", (const char *)message, offset);
}

static int compile(struct regex *regex, const char *pattern, struct buffer *error_text)
{
	const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
	    PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_DOTALL;
	PCRE2_SIZE offset = 0;
	int error = 0;

	if (strlen(pattern) > REGEX_MAX_PATTERN_BYTES) {
		buffer_append_format(
		    error_text, "the pattern is longer than %d bytes", REGEX_MAX_PATTERN_BYTES);
		return -EINVAL;
	}
	regex->code = pcre2_compile(
	    (PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, NULL);
	if (regex->code == NULL) {
		complain(error, offset, error_text);
		return -EINVAL;
	}
	/* Where memory may not be made executable this fails, and the interpreter does the work. */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	return 0;
}

int regex_new(struct regex **ret_regex, const char *pattern, struct buffer *error_text)
{
	struct regex *regex = calloc(1, sizeof(*regex));
	int error = -ENOMEM;

	if (regex == NULL)
		return -ENOMEM;
	error = compile(regex, pattern, error_text);
	if (error < 0)
		goto fail;
	error = -ENOMEM;
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->limits = pcre2_match_context_create(NULL);
	if (regex->match == NULL || regex->limits == NULL)
		goto fail;
	pcre2_set_match_limit(regex->limits, REGEX_MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, REGEX_DEPTH_LIMIT);
	pcre2_set_heap_limit(regex->limits, REGEX_HEAP_LIMIT_KIB);
	*ret_regex = regex;
	return 0;
fail:
	regex_free(&regex);
	return error;
}

void regex_free(struct regex **regex)
{
	if (*regex == NULL)
		return;
	pcre2_match_context_free((*regex)->limits);
	pcre2_match_data_free((*regex)->match);
	pcre2_code_free((*regex)->code);
	free(*regex);
	*regex = NULL;
}

int regex_match(struct regex *regex, struct view text)
{
	const char *data = text.data != NULL ? text.data : "";
	int result = pcre2_match(
	    regex->code, (PCRE2_SPTR)data, text.length, 0, 0, regex->match, regex->limits);

	if (result >= 0)
		return 1;
	/* All but the limits would be a fault of ours; a text is never taken to match for it. */
	return result == PCRE2_ERROR_NOMATCH ? 0 : -E2BIG;
}

unsigned regex_group_number(const struct regex *regex, const char *name)
{
	int number = pcre2_substring_number_from_name(regex->code, (PCRE2_SPTR)name);

	return number > 0 ? (unsigned)number : 0;
}

struct view regex_group(const struct regex *regex, struct view text, unsigned group)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);

	if (group >= pcre2_get_ovector_count(regex->match) || offsets[2 * group] == PCRE2_UNSET)
		return view_of(text.data, 0);
	return view_of(text.data + offsets[2 * group], offsets[2 * group + 1] - offsets[2 * group]);
}
