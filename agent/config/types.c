#include "config/types.h"

#include "base/address.h"
#include "base/text.h"

static int store_view(char **field, struct view text)
{
	char *copy = view_to_text(text);

	if (copy == NULL)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int store(char **field, const char *text)
{
	return store_view(field, view_of_text(text));
}

static void text_done(unused_parameter const struct option *option, void *field)
{
	char **text = field;

	free(*text);
	*text = NULL;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_name_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || is_digit(byte);
}

bool is_name(const char *text)
{
	size_t length = strlen(text);

	if (length > TYPES_MAX_NAME_BYTES || !is_name_byte(text[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_name_byte(text[i]) && strchr("_.-", text[i]) == NULL)
			return false;
	return true;
}

static int parse_name(
    unused_parameter const struct option *option, const char *text, void *field)
{
	return is_name(text) ? store(field, text) : -EINVAL;
}

const struct option_type option_name = {
    .name = "name",
    .title = "small letters, digits, '_', '.' and '-', at most 63",
    .parse = parse_name,
    .done = text_done,
};

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

static int parse_word(
    unused_parameter const struct option *option, const char *text, void *field)
{
	if (text[0] == '\0' || text[0] == '-' || !is_printable(text) ||
	    strlen(text) > TYPES_MAX_TEXT_BYTES)
		return -EINVAL;
	return store(field, text);
}

const struct option_type option_word = {
    .name = "word",
    .title = "one word of plain letters without '-' in front",
    .parse = parse_word,
    .done = text_done,
};

static int parse_text(
    unused_parameter const struct option *option, const char *text, void *field)
{
	struct view trimmed = view_trim(view_of_text(text));

	/* A folded block ends in a newline that nobody meant. */
	while (view_ends_with(trimmed, VIEW("\n")))
		trimmed.length--;
	if (view_is_empty(trimmed) || trimmed.length > TYPES_MAX_TEXT_BYTES)
		return -EINVAL;
	return store_view(field, trimmed);
}

const struct option_type option_text = {
    .name = "text",
    .title = "a text of at most 4095 bytes",
    .parse = parse_text,
    .done = text_done,
};

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20)
			return true;
	return false;
}

static int parse_line(
    unused_parameter const struct option *option, const char *text, void *field)
{
	if (has_control(text) || strlen(text) > TYPES_MAX_TEXT_BYTES)
		return -EINVAL;
	return store(field, text);
}

const struct option_type option_line = {
    .name = "line",
    .title = "a text in one line of at most 4095 bytes",
    .parse = parse_line,
    .done = text_done,
};

static int parse_path(
    unused_parameter const struct option *option, const char *text, void *field)
{
	if (text[0] != '/' || has_control(text) || strlen(text) > TYPES_MAX_PATH_BYTES)
		return -EINVAL;
	return store(field, text);
}

const struct option_type option_path = {
    .name = "path",
    .title = "an absolute path",
    .parse = parse_path,
    .done = text_done,
};

bool is_url(const char *text)
{
	struct view url = view_of_text(text);
	struct view host;
	size_t scheme_bytes = view_starts_with(url, VIEW("http://"))    ? 7
	                      : view_starts_with(url, VIEW("https://")) ? 8
	                                                                : 0;

	if (scheme_bytes == 0 || !is_printable(text) || url.length > TYPES_MAX_TEXT_BYTES)
		return false;
	host = view_of(text + scheme_bytes, strcspn(text + scheme_bytes, "/?#"));
	/* What stands before an @ is a password, and has no place in a file that many may read. */
	return !view_is_empty(host) && !view_contains(host, VIEW("@"));
}

static int parse_url(unused_parameter const struct option *option, const char *text, void *field)
{
	return is_url(text) ? store(field, text) : -EINVAL;
}

const struct option_type option_url = {
    .name = "url",
    .title = "an http:// or https:// address without a password",
    .is_private = true,
    .parse = parse_url,
    .done = text_done,
};

static int check_bounds(const struct option *option, int64_t value, int64_t *field)
{
	if (value < option->minimum || value > option->maximum)
		return -ERANGE;
	*field = value;
	return 0;
}

static int parse_duration(const struct option *option, const char *text, void *field)
{
	int64_t duration_ms = 0;
	int error = text_to_duration_ms(view_of_text(text), &duration_ms);

	return error < 0 ? error : check_bounds(option, duration_ms, field);
}

static void append_duration(struct buffer *buffer, int64_t duration_ms)
{
	static const struct unit {
		int64_t ms;
		const char *name;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"}, {1000, "s"}, {1, "ms"}};
	const struct unit *unit = units;

	while (duration_ms % unit->ms != 0)
		unit++;
	if (duration_ms == 0)
		buffer_append_text(buffer, "0s");
	else
		buffer_append_format(
		    buffer, "%lld%s", (long long)(duration_ms / unit->ms), unit->name);
}

const struct option_type option_duration = {
    .name = "duration",
    .title = "a duration such as 90s, 5m, 24h or 30d",
    .parse = parse_duration,
    .append_bound = append_duration,
};

static int parse_number(const struct option *option, const char *text, void *field)
{
	int64_t value = 0;
	int error = view_to_int64(view_of_text(text), &value);

	return error < 0 ? error : check_bounds(option, value, field);
}

static int read_number(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	if (node_is_quoted(node)) {
		schema_complain(reading, node, "%s must be %s without quotes", option_key(option),
		    option->type->title);
		return 0;
	}
	return option_read_scalar(reading, option, node, field);
}

static void append_number(struct buffer *buffer, int64_t value)
{
	buffer_append_format(buffer, "%lld", (long long)value);
}

const struct option_type option_number = {
    .name = "number",
    .title = "a whole number",
    .parse = parse_number,
    .read = read_number,
    .append_bound = append_number,
};

static int parse_choice(const struct option *option, const char *text, void *field)
{
	int *choice = field;

	for (int i = 0; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], text) == 0) {
			*choice = i;
			return 0;
		}
	}
	return -EINVAL;
}

const struct option_type option_choice = {
    .name = "choice",
    .title = "one word",
    .parse = parse_choice,
};

static int parse_yes_no(
    unused_parameter const struct option *option, const char *text, void *field)
{
	bool *answer = field;

	if (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
		*answer = true;
	else if (strcmp(text, "no") == 0 || strcmp(text, "false") == 0)
		*answer = false;
	else
		return -EINVAL;
	return 0;
}

const struct option_type option_yes_no = {
    .name = "yes or no",
    .title = "yes or no",
    .parse = parse_yes_no,
};

static int parse_time(unused_parameter const struct option *option, const char *text, void *field)
{
	int *minute_of_day = field;
	int hours, minutes;

	if (strlen(text) != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
	    !is_digit(text[3]) || !is_digit(text[4]))
		return -EINVAL;
	hours = (text[0] - '0') * 10 + (text[1] - '0');
	minutes = (text[3] - '0') * 10 + (text[4] - '0');
	if (hours > 23 || minutes > 59)
		return -EINVAL;
	*minute_of_day = hours * 60 + minutes;
	return 0;
}

const struct option_type option_time = {
    .name = "time",
    .title = "a time of day such as 03:00",
    .parse = parse_time,
};

int config_words_push(struct config_words *words, const char *text, size_t max_count)
{
	char *copy = view_to_text(view_of_text(text));
	int error = copy == NULL ? -ENOMEM : array_push(words, copy, max_count);

	if (error < 0)
		free(copy);
	return error;
}

void config_words_done(struct config_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	array_done(words);
}

void words_field_done(unused_parameter const struct option *option, void *field)
{
	config_words_done(field);
}

bool is_word_item(const struct node *item)
{
	return node_kind(item) == NODE_SCALAR && !has_control(node_text(item));
}

int read_words(struct reading *reading, const struct option *option, const struct node *node,
    void *field)
{
	int error = 0;

	if (node_kind(node) != NODE_SEQUENCE) {
		option_complain(reading, option, node);
		return 0;
	}
	if (node_count(node) == 0)
		schema_complain(reading, node, "%s is empty", option_key(option));
	if (node_count(node) > (size_t)option->maximum) {
		schema_complain(reading, node, "%s has %zu words; the most is %lld",
		    option_key(option), node_count(node), (long long)option->maximum);
		return 0;
	}
	for (size_t i = 0; i < node_count(node) && error == 0; i++) {
		const struct node *item = node_item(node, i);

		if (!is_word_item(item))
			schema_complain(
			    reading, item, "%s must hold plain words", option_key(option));
		else
			error = config_words_push(
			    field, node_text(item), (size_t)option->maximum);
	}
	return error;
}

const struct option_type option_words = {
    .name = "list of words",
    .title = "a list such as [one, two]",
    .read = read_words,
    .done = words_field_done,
};

static int read_ranges(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	struct config_ranges *ranges = field;
	int error = 0;

	if (node_kind(node) != NODE_SEQUENCE || node_count(node) > (size_t)option->maximum) {
		schema_complain(reading, node, "%s must be a list of at most %lld addresses",
		    option_key(option), (long long)option->maximum);
		return 0;
	}
	for (size_t i = 0; i < node_count(node) && error == 0; i++) {
		const struct node *item = node_item(node, i);
		struct address_range range;

		if (address_range_parse(view_of_text(node_text(item)), &range) < 0)
			schema_complain(reading, item,
			    "%s must hold addresses such as 192.0.2.1 or 192.0.2.0/24, without "
			    "bits behind the prefix",
			    option_key(option));
		else
			error = array_push(ranges, range, (size_t)option->maximum);
	}
	return error;
}

static void ranges_done(unused_parameter const struct option *option, void *field)
{
	struct config_ranges *ranges = field;

	array_done(ranges);
}

const struct option_type option_ranges = {
    .name = "list of addresses",
    .title = "a list such as [192.0.2.1, 2001:db8::/32]",
    .read = read_ranges,
    .done = ranges_done,
};

static int read_command(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	if (node_kind(node) == NODE_SEQUENCE && node_count(node) > 0 &&
	    node_text(node_item(node, 0))[0] != '/')
		schema_complain(reading, node_item(node, 0),
		    "%s must begin with the absolute path of a program", option_key(option));
	return read_words(reading, option, node, field);
}

const struct option_type option_command = {
    .name = "command",
    .title = "a list such as [/path/of/program, argument]",
    .read = read_command,
    .done = words_field_done,
};

static bool is_such_a_word(const struct option_type *type, const char *word)
{
	if (type == &option_paths)
		return word[0] == '/';
	if (type == &option_targets)
		return address_is_target(view_of_text(word));
	return type == &option_urls ? is_url(word) : is_name(word);
}

/* Complains of each item that is not as the type says. */
static int read_checked_words(struct reading *reading, const struct option *option,
    const struct node *node, void *field)
{
	const struct config_words *words = field;
	size_t known = words->count;
	int error = read_words(reading, option, node, field);

	for (size_t i = 0; error == 0 && words->count > known && i < node_count(node); i++) {
		const struct node *item = node_item(node, i);

		if (!is_word_item(item) || is_such_a_word(option->type, node_text(item)))
			continue;
		if (option->type->is_private)
			schema_complain(reading, item, "%s must be %s", option_key(option),
			    option->type->title);
		else
			schema_complain(reading, item, "%s must be %s, not '%.200s'",
			    option_key(option), option->type->title, node_text(item));
	}
	return error;
}

const struct option_type option_paths = {
    .name = "list of paths",
    .title = "a list of absolute paths",
    .read = read_checked_words,
    .done = words_field_done,
};

const struct option_type option_names = {
    .name = "list of names",
    .title = "a list of names",
    .read = read_checked_words,
    .done = words_field_done,
};

const struct option_type option_urls = {
    .name = "list of urls",
    .title = "a list of http:// or https:// addresses without a password",
    .is_private = true,
    .read = read_checked_words,
    .done = words_field_done,
};

const struct option_type option_targets = {
    .name = "list of addresses",
    .title = "a list such as [127.0.0.1:443, \"[::1]:443\"]",
    .read = read_checked_words,
    .done = words_field_done,
};

static int read_node(unused_parameter struct reading *reading,
    unused_parameter const struct option *option, const struct node *node, void *field)
{
	const struct node **place = field;

	*place = node;
	return 0;
}

const struct option_type option_node = {.name = "YAML", .title = "YAML", .read = read_node};
const struct option_type option_section = {
    .name = "group",
    .title = "a group of keys (key: value)",
};
const struct option_type option_list = {.name = "list", .title = "a list (- item)"};
