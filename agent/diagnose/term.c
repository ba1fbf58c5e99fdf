#include "diagnose/term.h"

#include <errno.h>

#include "base/text.h"
#include "diagnose/number.h"

/* A fact's name or a word is no longer than its condition; a duration in seconds grows a little. */
#define MAX_TERM_BYTES 1024

struct view term_next_word(struct view *text)
{
	struct view word;

	*text = view_trim(*text);
	view_cut(text, ' ', &word);
	*text = view_trim(*text);
	return word;
}

static bool is_plain_word(struct view text)
{
	if (text.length == 0 || text.data[0] < 'a' || text.data[0] > 'z')
		return false;
	for (size_t i = 1; i < text.length; i++)
		if (!(text.data[i] >= 'a' && text.data[i] <= 'z') &&
		    !(text.data[i] >= '0' && text.data[i] <= '9') && text.data[i] != '_' &&
		    text.data[i] != '-')
			return false;
	return true;
}

bool term_append_literal(struct buffer *value, struct view text)
{
	bool negative = view_starts_with(text, VIEW("-"));
	int64_t duration_ms;
	double number;

	if (text_to_duration_ms(view_skip(text, negative ? 1 : 0), &duration_ms) == 0)
		buffer_append_format(value, "%s%lld.%03d", negative ? "-" : "",
		    (long long)(duration_ms / 1000), (int)(duration_ms % 1000));
	else if (is_plain_word(text) || number_parse(text, &number) == 0)
		buffer_append(value, text);
	else
		return false;
	return true;
}

static int read_term(struct term *term, struct view word)
{
	struct buffer auto_buffer literal;

	buffer_init(&literal, MAX_TERM_BYTES);
	term->is_fact = fact_name_is_good(word);
	if (term->is_fact)
		buffer_append(&literal, word);
	else if (!term_append_literal(&literal, word))
		return -EINVAL;
	term->text = buffer_error(&literal) < 0 ? NULL : view_to_text(buffer_view(&literal));
	return term->text != NULL ? 0 : -ENOMEM;
}

static bool take_sign(struct view *text, bool *ret_is_taken)
{
	struct view rest = *text;
	struct view word = term_next_word(&rest);

	*ret_is_taken = view_equal(word, VIEW("-"));
	if (!*ret_is_taken && !view_equal(word, VIEW("+")))
		return false;
	*text = rest;
	return true;
}

int sum_read(struct sum *sum, struct view *text)
{
	bool is_taken = false;
	int error;

	do {
		if (sum->count == SUM_MAX_TERMS)
			return -E2BIG;
		sum->terms[sum->count].is_taken = is_taken;
		error = read_term(&sum->terms[sum->count], term_next_word(text));
		if (error < 0)
			return error;
		sum->count++;
	} while (take_sign(text, &is_taken));
	return 0;
}

void sum_done(struct sum *sum)
{
	for (size_t i = 0; i < sum->count; i++)
		free(sum->terms[i].text);
	sum->count = 0;
}

static const char *term_value(const struct term *term, const struct facts *facts)
{
	return term->is_fact ? facts_get(facts, term->text) : term->text;
}

bool sum_evaluate(const struct sum *sum, const struct facts *facts, struct sum_value *ret_value)
{
	struct sum_value value = {.is_number = true};

	for (size_t i = 0; i < sum->count; i++) {
		const char *text = term_value(&sum->terms[i], facts);
		double number = 0;

		if (text == NULL)
			return false;
		value.text = view_of_text(text);
		if (number_parse(value.text, &number) < 0)
			value.is_number = false;
		value.number += sum->terms[i].is_taken ? -number : number;
	}
	if (sum->count > 1 && !value.is_number)
		return false;
	*ret_value = value;
	return true;
}

static void explain_fact(const char *name, const char *value, struct buffer *text)
{
	char time[TEXT_TIME_BYTES];
	int64_t time_ms;

	if (value == NULL)
		buffer_append_format(text, "%s is unknown", name);
	else if (fact_is_time(value, &time_ms))
		buffer_append_format(text, "%s is %s", name, text_of_time(time_ms, time));
	else
		buffer_append_format(text, "%s is \"%s\"", name, value);
}

void sum_explain(
    const struct sum *sum, const struct facts *facts, bool follows, struct buffer *text)
{
	for (size_t i = 0; i < sum->count; i++) {
		if (!sum->terms[i].is_fact)
			continue;
		buffer_append_text(text, follows ? ", " : "");
		follows = true;
		explain_fact(sum->terms[i].text, term_value(&sum->terms[i], facts), text);
	}
}
