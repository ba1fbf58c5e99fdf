#include "diagnose/facts.h"

#include <errno.h>

#include "base/array.h"
#include "base/text.h"
#include "diagnose/number.h"

#define UNKNOWN	    "unknown"
#define TIME_DIGITS 10 /* of the seconds */

struct facts {
	struct fact *items; /* sorted by name */
	size_t count;
	size_t capacity;
};

int facts_new(struct facts **ret_facts)
{
	struct facts *facts = calloc(1, sizeof(*facts));

	if (facts == NULL)
		return -ENOMEM;
	*ret_facts = facts;
	return 0;
}

/* The set owns the texts of its facts. */
static void fact_done(struct fact *fact)
{
	free((void *)fact->name);
	free((void *)fact->value);
	free((void *)fact->source);
}

void facts_free(struct facts **facts)
{
	if (*facts == NULL)
		return;
	facts_clear(*facts, "");
	array_done(*facts);
	free(*facts);
	*facts = NULL;
}

static const char *name_of(const struct fact *fact)
{
	return fact->name;
}

static const char *source_of(const struct fact *fact)
{
	return fact->source;
}

static void clear(struct facts *facts, const char *(*text_of)(const struct fact *fact),
    const char *prefix)
{
	size_t kept = 0;

	for (size_t i = 0; i < facts->count; i++) {
		struct view text = view_of_text(text_of(&facts->items[i]));

		if (view_starts_with(text, view_of_text(prefix)))
			fact_done(&facts->items[i]);
		else
			facts->items[kept++] = facts->items[i];
	}
	facts->count = kept;
}

void facts_clear(struct facts *facts, const char *prefix)
{
	clear(facts, name_of, prefix);
}

void facts_clear_source(struct facts *facts, const char *prefix)
{
	clear(facts, source_of, prefix);
}

static bool is_letter(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

static bool is_word_byte(char byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

bool fact_name_is_good(struct view name)
{
	size_t dots = 0;

	if (name.length == 0 || name.length > FACTS_MAX_NAME_BYTES || !is_letter(name.data[0]))
		return false;
	for (size_t i = 1; i < name.length; i++) {
		bool ends_word = name.data[i] == '.' && name.data[i - 1] != '.';

		if (!ends_word && !is_word_byte(name.data[i]))
			return false;
		dots += ends_word;
	}
	return dots > 0 && name.data[name.length - 1] != '.';
}

static bool is_good_text(const char *text, size_t max_bytes)
{
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return length <= max_bytes;
}

/* The place of the name, or where it would be put in. */
static size_t find_place(const struct facts *facts, const char *name)
{
	size_t low = 0;
	size_t high = facts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(facts->items[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct facts *facts, size_t place, const char *name)
{
	return place < facts->count && strcmp(facts->items[place].name, name) == 0;
}

static int copy_fact(struct fact fact, struct fact *ret_copy)
{
	struct fact copy = {
	    view_to_text(view_of_text(fact.name)),
	    view_to_text(view_of_text(fact.value)),
	    view_to_text(view_of_text(fact.source)),
	    fact.time_ms,
	};

	if (copy.name == NULL || copy.value == NULL || copy.source == NULL) {
		fact_done(&copy);
		return -ENOMEM;
	}
	*ret_copy = copy;
	return 0;
}

int facts_set(struct facts *facts, struct fact fact)
{
	struct fact copy;
	size_t place;
	int error;

	if (!fact_name_is_good(view_of_text(fact.name)) ||
	    !is_good_text(fact.value, FACTS_MAX_VALUE_BYTES) ||
	    (fact.source != NULL && !is_good_text(fact.source, FACTS_MAX_NAME_BYTES)))
		return -EINVAL;
	error = copy_fact(fact, &copy);
	if (error < 0)
		return error;
	place = find_place(facts, fact.name);
	if (is_at(facts, place, fact.name)) {
		fact_done(&facts->items[place]);
		facts->items[place] = copy;
		return 0;
	}
	error = array_push(facts, copy, FACTS_MAX);
	if (error < 0) {
		fact_done(&copy);
		return error;
	}
	memmove(&facts->items[place + 1], &facts->items[place],
	    (facts->count - 1 - place) * sizeof(copy));
	facts->items[place] = copy;
	return 0;
}

/* -EINVAL for a line that is no fact. */
static int read_line(struct facts *facts, struct view line, const struct fact *origin)
{
	char auto_free *name = NULL;
	char auto_free *value = NULL;
	struct view head;

	/* A NUL would hide what follows it. */
	if (!view_cut(&line, '=', &head) || memchr(line.data, '\0', line.length) != NULL ||
	    !fact_name_is_good(head))
		return -EINVAL;
	name = view_to_text(head);
	value = view_to_text(line);
	if (name == NULL || value == NULL)
		return -ENOMEM;
	return facts_set(facts, (struct fact){name, value, origin->source, origin->time_ms});
}

int facts_read_lines(
    struct facts *facts, struct view lines, const struct fact *origin, size_t *ret_skipped)
{
	size_t skipped = 0;

	while (lines.length > 0) {
		struct view line;
		int error;

		view_cut(&lines, '\n', &line);
		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		error = view_is_empty(line) ? 0 : read_line(facts, line, origin);
		if (error == -ENOMEM)
			return error;
		skipped += error < 0;
	}
	*ret_skipped = skipped;
	return 0;
}

size_t facts_count(const struct facts *facts)
{
	return facts->count;
}

const struct fact *facts_at(const struct facts *facts, size_t index)
{
	return &facts->items[index];
}

const char *facts_get(const struct facts *facts, const char *name)
{
	size_t place = find_place(facts, name);

	if (!is_at(facts, place, name) || strcmp(facts->items[place].value, UNKNOWN) == 0)
		return NULL;
	return facts->items[place].value;
}

bool fact_is_time(const char *value, int64_t *ret_time_ms)
{
	size_t digits = strspn(value, "0123456789");
	double seconds;

	/* A count has no fraction, and no duration of ours as many digits. */
	if (digits != TIME_DIGITS || value[digits] != '.' ||
	    number_parse(view_of_text(value), &seconds) < 0)
		return false;
	*ret_time_ms = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

int facts_number(const struct facts *facts, const char *name, double *ret_value)
{
	const char *value = facts_get(facts, name);

	return value == NULL ? -ENOENT : number_parse(view_of_text(value), ret_value);
}

struct json *facts_to_json(const struct facts *facts)
{
	struct json *json = json_object_new();

	for (size_t i = 0; i < facts->count; i++) {
		struct json *fact = json_put_object(json, facts->items[i].name);

		json_put_text(fact, "value", facts->items[i].value);
		json_put_text(fact, "source", facts->items[i].source);
		json_put_time(fact, "time", facts->items[i].time_ms);
	}
	return json;
}

static int read_json_fact(struct facts *facts, const struct json *json)
{
	const char *time = json_get_text(json, "time");
	struct fact fact = {json_name(json), json_get_text(json, "value"),
	    json_get_text(json, "source"), -1};

	if (fact.name == NULL || fact.value == NULL || fact.source == NULL ||
	    (time != NULL && text_to_time(view_of_text(time), &fact.time_ms) < 0))
		return -EINVAL;
	return facts_set(facts, fact);
}

int facts_from_json(struct facts **ret_facts, const struct json *json)
{
	struct facts *facts = NULL;
	int error = facts_new(&facts);

	for (const struct json *member = json_next(json, NULL); member != NULL && error == 0;
	     member = json_next(json, member))
		error = read_json_fact(facts, member);
	if (error < 0)
		goto fail;
	*ret_facts = facts;
	return 0;
fail:
	facts_free(&facts);
	return error;
}

int facts_copy(struct facts **ret_facts, const struct facts *facts)
{
	struct facts *copy = NULL;
	int error = facts_new(&copy);

	for (size_t i = 0; i < facts->count && error == 0; i++)
		error = facts_set(copy, facts->items[i]);
	if (error < 0)
		goto fail;
	*ret_facts = copy;
	return 0;
fail:
	facts_free(&copy);
	return error;
}
