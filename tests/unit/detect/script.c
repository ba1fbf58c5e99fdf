#include "script.h"

#include "unit.h"

static const char *const schemes[] = {
    "unknown", "none", "kerberos", "ntlm", "basic", "other", NULL};

int64_t script_time_ms(struct view seconds)
{
	int64_t whole = 0;
	int64_t fraction = 0;
	struct view rest = seconds;
	struct view head;

	view_cut(&rest, '.', &head);
	assert_int_equal(view_to_int64(head, &whole), 0);
	if (!view_is_empty(rest)) {
		assert_int_equal(view_to_int64(rest, &fraction), 0);
		for (size_t i = rest.length; i < 3; i++)
			fraction *= 10;
	}
	return SCRIPT_START_MS + whole * 1000 + fraction;
}

static int64_t number_or(struct view text, int64_t otherwise)
{
	int64_t number = otherwise;

	if (!view_is_empty(text))
		assert_int_equal(view_to_int64(text, &number), 0);
	return number;
}

static void read_status(struct view text, struct record *record)
{
	struct view part;

	view_cut(&text, '.', &part);
	record->status = (int)number_or(part, 0);
	view_cut(&text, '.', &part);
	record->substatus = (int)number_or(part, -1);
	record->win32 = number_or(text, -1);
}

static int index_of(const char *const names[], struct view name)
{
	for (int i = 0; names[i] != NULL; i++)
		if (view_equal_text(name, names[i]))
			return i;
	fail_msg("no such word: %.*s", VIEW_ARGUMENTS(name));
	return -1;
}

static void read_pair(struct view pair, struct record *record)
{
	static const char *const replies[] = {"unknown", "continue", "reject", "done", NULL};
	static const char *const keys[] = {"user", "agent", "target", "conn", "scheme", "reply",
	    "reason", "host", "worker", "forwarded", "method", NULL};
	struct view *const views[] = {&record->user, &record->agent, &record->target,
	    &record->connection, NULL, NULL, &record->reason, &record->host, &record->worker,
	    &record->forwarded, &record->method};
	struct view key;
	int index;

	view_cut(&pair, '=', &key);
	index = index_of(keys, key);
	if (views[index] != NULL)
		*views[index] = pair;
	else if (view_equal(key, VIEW("scheme")))
		record->scheme = (enum scheme)index_of(schemes, pair);
	else
		record->reply = (enum reply)index_of(replies, pair);
}

struct record script_record(struct view line)
{
	struct record record = {.agent = VIEW("Mozilla/5.0"),
	    .target = VIEW("/"),
	    .method = VIEW("GET"),
	    .sent_bytes = -1};
	struct view word;

	view_cut(&line, ' ', &word);
	record.time_ms = script_time_ms(word);
	view_cut(&line, ' ', &record.client);
	if (address_parse(record.client, &record.address) < 0)
		record.address.family = 0;
	view_cut(&line, ' ', &word);
	read_status(word, &record);
	while (!view_is_empty(line)) {
		view_cut(&line, ' ', &word);
		if (!view_is_empty(word))
			read_pair(word, &record);
	}
	return record;
}

const struct statuses *script_statuses(void)
{
	static struct statuses *statuses;
	struct buffer auto_buffer errors;
	char path[4096];

	buffer_init(&errors, 10000);
	if (statuses != NULL)
		return statuses;
	snprintf(path, sizeof(path), "%s/rules/status", getenv("AUTHMEDIC_SOURCE_DIR"));
	if (statuses_load(&statuses, path, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
	return statuses;
}

struct detector_options script_options(void)
{
	return (struct detector_options){.window_ms = 300000,
	    .known_good_for_ms = INT64_C(7) * 86400000,
	    .handshake_timeout_ms = 30000,
	    .minimum_voters = 5,
	    .share_percent = 30,
	    .ipv4_prefix = 32,
	    .ipv6_prefix = 64,
	    .max_voters = 1000,
	    .max_pending = 1000,
	    .signature_count = 3,
	    .seed = {{1, 2}},
	    .statuses = script_statuses()};
}

struct detector *script_detector(void)
{
	const struct detector_options options = script_options();
	struct detector *detector = NULL;

	assert_int_equal(detector_new(&detector, &options), 0);
	return detector;
}

static void append(struct buffer *text, const char *name, uint64_t count)
{
	if (count > 0)
		buffer_append_format(text, "%s%s %llu", text->length > 0 ? ", " : "", name,
		    (unsigned long long)count);
}

void script_summary(const struct detector *detector, struct buffer *ret_text)
{
	const struct detector_totals *totals = detector_totals(detector);
	char name[64];

	for (int i = 0; i < OUTCOME_COUNT; i++)
		for (int j = 0; j < SCHEME_COUNT; j++) {
			snprintf(
			    name, sizeof(name), "%s %s", schemes[j], outcome_name((enum outcome)i));
			append(ret_text, name, totals->handshakes[j][i]);
		}
	append(ret_text, "authenticated", totals->authenticated);
	append(ret_text, "own", totals->own_probes);
	assert_int_equal(buffer_error(ret_text), 0);
}

void script_window(const struct detector *detector, struct buffer *ret_text)
{
	struct detector_window window;

	detector_window(detector, &window);
	append(ret_text, "known-good", window.known_good);
	append(ret_text, "active", window.active);
	append(ret_text, "rejected", window.rejected);
	append(ret_text, "strangers", window.rejected_strangers);
	if (window.spike)
		buffer_append_text(ret_text, ", spike");
	assert_int_equal(buffer_error(ret_text), 0);
}

void script_say(struct detector *detector, const char *format, ...)
{
	char line[300];
	va_list arguments;
	struct record record;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	record = script_record(view_of_text(line));
	detector_record(detector, &record);
}

void script_admit(struct detector *detector, unsigned from, unsigned to, int second)
{
	for (unsigned i = from; i < to; i++)
		script_say(
		    detector, "%d 10.1.%u.%u 200 scheme=kerberos user=u", second, i / 256, i % 256);
}

void script_refuse(struct detector *detector, unsigned from, unsigned to, int second)
{
	for (unsigned i = from; i < to; i++)
		script_say(detector, "%d 10.1.%u.%u 401 scheme=kerberos reply=reject", second,
		    i / 256, i % 256);
}

void script_assert_summary(const struct detector *detector, const char *expected)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 1000);
	script_summary(detector, &text);
	assert_string_equal(buffer_text(&text), expected);
}

void script_assert_window(const struct detector *detector, const char *expected)
{
	struct buffer auto_buffer text;

	buffer_init(&text, 1000);
	script_window(detector, &text);
	assert_string_equal(buffer_text(&text), expected);
}
