#include "daemon/reading.h"

#include "base/log.h"
#include "daemon/log_parser.h"
#include "daemon/reading_private.h"

/* Logs to which the server writes when something fails, and not else. */
static const char *const error_formats[] = {
    "apache-error", "nginx-error", "squid-cache", "catalina", "httperr"};

int reading_new_detector(struct detector **ret_detector, const struct rulebook *rulebook,
    const struct config_site *site, const struct hash_seed *seed)
{
	const struct config_detect *detect = &rulebook->config->detect;
	const struct detector_options options = {
	    .window_ms = detect->window_ms,
	    .known_good_for_ms = detect->known_good_for_ms,
	    .handshake_timeout_ms = detect->handshake_timeout_ms,
	    .minimum_voters = (unsigned)detect->minimum_voters,
	    .share_percent = (unsigned)detect->share_percent,
	    .ipv4_prefix = (unsigned)detect->ipv4_prefix,
	    .ipv6_prefix = (unsigned)detect->ipv6_prefix,
	    .max_voters = (size_t)detect->max_voters,
	    .max_pending = (size_t)detect->max_pending,
	    .signature_count =
		rulebook->signatures != NULL ? signatures_count(rulebook->signatures) : 0,
	    .seed = *seed,
	    .statuses = rulebook->statuses,
	    .proxies = {site->trusted_proxies.items, site->trusted_proxies.count},
	};

	return detector_new(ret_detector, &options);
}

int reading_new_deafness(struct deafness **ret_deafness, const struct config *config,
    const struct config_site *site, size_t log_count)
{
	const struct config_deaf *deaf = &config->deaf;
	const struct deaf_options options = {
	    .trouble_for_ms = deaf->file_trouble_for_ms,
	    .unparsed_lines = (uint64_t)deaf->unparsed_lines,
	    .silent_for_ms = deaf->silent_for_ms,
	    .probe_line_within_ms = deaf->probe_line_within_ms,
	    .unseen_probes = (uint64_t)deaf->unseen_probes,
	    .own_program = site->probe.command.count == 0,
	    .error_records = (uint64_t)deaf->error_records,
	    .errors_for_ms = deaf->errors_for_ms,
	    .unwatched_for_ms = deaf->unwatched_for_ms,
	};

	return deafness_new(ret_deafness, &options, log_count);
}

int reading_init(struct reading *reading, const struct config_log *log, struct detector *detector,
    struct signatures *signatures)
{
	*reading = (struct reading){.log = log,
	    .detector = detector,
	    .signatures = signatures,
	    .last_line_ms = -1,
	    .told_ms = CLOCK_UNTOLD,
	    .late_ms = detector_late_ms(detector)};
	return log_parser_new(&reading->parser, log, signatures, NULL);
}

void reading_done(struct reading *reading)
{
	parser_free(&reading->parser);
	guess_free(&reading->guess);
}

static void count_unparsed(struct reading *reading)
{
	reading->totals.unparsed++;
	reading->unparsed_in_a_row++;
}

void reading_tell_time(struct reading *reading, int64_t now_ms)
{
	if (reading->told_ms != CLOCK_UNTOLD && now_ms < reading->told_ms)
		detector_tell_set_back(reading->detector, now_ms);
	else
		detector_tell_time(reading->detector, now_ms);
	reading->told_ms = now_ms;
}

void reading_restore_clock(struct reading *reading, int64_t offset_ms)
{
	if (offset_ms > -ROW_MAX_TIME_MS && offset_ms < ROW_MAX_TIME_MS)
		reading->clock.offset_ms = offset_ms;
}

/* On the clock that all the site's logs share. A line that shows no time is of now. */
static int64_t put_right(struct reading *reading, int64_t time_ms)
{
	if (time_ms < 0)
		return time_ms;
	return log_clock_line(&reading->clock, time_ms, reading->told_ms, reading->late_ms);
}

/* nginx takes the name from a Basic header that nobody may have looked at, and its own format looks
 * like Apache's. What JSON calls the member does not tell who wrote it. */
static bool takes_claims(const struct config_log *log, const char *format)
{
	struct view name = view_of_text(format);

	if (view_starts_with(name, VIEW("nginx-")))
		return true;
	if (view_equal(name, VIEW("logformat")))
		return strchr(log->logformat, '$') != NULL;
	if (view_equal(name, VIEW("json")))
		return !log->fields.user_is_verified;
	return strcmp(log->format, "auto") == 0 &&
	    (view_starts_with(name, VIEW("apache-c")) || view_equal(name, VIEW("ncsa")));
}

static void find_out_claims(struct reading *reading)
{
	const char *format = reading_format(reading);

	if (format == reading->format)
		return;
	reading->format = format;
	reading->takes_claims = format != NULL && takes_claims(reading->log, format);
}

static void detect_record(struct reading *reading, struct record *record)
{
	const struct detector_totals *totals = detector_totals(reading->detector);
	uint64_t own_probes = totals->own_probes;

	reading->last_line_ms = record->time_ms;
	record->time_ms = put_right(reading, record->time_ms);
	find_out_claims(reading);
	if (reading->takes_claims)
		detector_record_of_claims(reading->detector, record);
	else
		detector_record(reading->detector, record);
	reading->totals.own_probes += totals->own_probes - own_probes;
	reading->totals.successes += record->status >= 100 && record->status < 400;
}

static void count_line(struct reading *reading, const struct parsed *parsed)
{
	reading->totals.lines++;
	if (parsed->kind == LINE_UNPARSED)
		count_unparsed(reading);
	else if (parsed->kind != LINE_HEADER)
		reading->unparsed_in_a_row = 0;
	switch (parsed->kind) {
	case LINE_RECORD:
		reading->totals.records++;
		break;
	case LINE_HEADER:
		reading->totals.headers++;
		break;
	case LINE_OTHER:
		reading->totals.others++;
		break;
	case LINE_UNPARSED:
	case LINE_SIGNAL:
		break;
	}
}

void reading_detect(struct reading *reading, struct parsed *parsed)
{
	count_line(reading, parsed);
	if (parsed->kind == LINE_RECORD)
		detect_record(reading, &parsed->record);
	if (!parsed->has_signal)
		return;
	reading->totals.signals++;
	if (parsed->signal.time_ms < 0)
		parsed->signal.time_ms = reading->last_line_ms;
	else
		reading->last_line_ms = parsed->signal.time_ms;
	parsed->signal.time_ms = parsed->kind == LINE_RECORD
	    ? parsed->record.time_ms
	    : put_right(reading, parsed->signal.time_ms);
	detector_signal(reading->detector, &parsed->signal,
	    parsed->kind == LINE_RECORD ? &parsed->record : NULL);
}

void reading_parse(
    struct reading *reading, struct view line, bool new_file, struct parsed *ret_parsed)
{
	if (new_file)
		guess_free(&reading->guess);
	if (reading->parser == NULL) {
		reading_guess(reading, line, ret_parsed);
		return;
	}
	if (new_file && parser_restore(reading->parser, VIEW("")) < 0)
		log_warning(
		    "%s: the header of the last file could not be dropped", reading->log->path);
	parser_line(reading->parser, line, ret_parsed);
	reading_follow_guess(reading, line, ret_parsed);
}

struct marks_wanted reading_marks(const struct reading *reading)
{
	return reading->parser != NULL ? parser_marks(reading->parser) : (struct marks_wanted){0};
}

void reading_parse_of(struct reading *reading, const struct stretch *stretch, size_t number,
    struct parsed *ret_parsed)
{
	struct view line = stretch_line(stretch, number);

	if (reading->parser == NULL) {
		reading_guess(reading, line, ret_parsed);
		return;
	}
	parser_line_of(reading->parser, stretch, number, ret_parsed);
	reading_follow_guess(reading, line, ret_parsed);
}

void reading_line(
    struct reading *reading, struct view line, bool new_file, struct parsed *ret_parsed)
{
	struct parsed *parsed = ret_parsed != NULL ? ret_parsed : &reading->parsed;

	reading_parse(reading, line, new_file, parsed);
	reading_detect(reading, parsed);
}

/* A log in which only other lines were found is none either, whatever it is called. */
static bool is_access_log(const struct reading *reading)
{
	const char *format =
	    reading->parser != NULL ? parser_format(reading->parser) : reading->log->format;

	for (size_t i = 0; i < count_of(error_formats); i++)
		if (strcmp(format, error_formats[i]) == 0)
			return false;
	return reading->totals.records > 0 ||
	    (reading->totals.others == 0 && reading->totals.signals == 0);
}

void reading_sight(const struct reading *reading, struct deaf_sight *ret_sight)
{
	const struct reading_totals *totals = &reading->totals;

	*ret_sight = (struct deaf_sight){
	    .trouble = DEAF_NOTHING,
	    .is_access_log = is_access_log(reading),
	    .bytes = totals->lines,
	    .understood = totals->records + totals->others + totals->signals,
	    .unparsed_in_a_row = reading->unparsed_in_a_row,
	    .records = totals->records,
	    .successes = totals->successes,
	    .signals = totals->signals,
	    .own_probes = totals->own_probes,
	    .clock_off_ms = reading->clock.offset_ms,
	};
}
