#include "cli/verbs.h"

#include <errno.h>

#include "base/random.h"
#include "cli/progress.h"
#include "cli/replay_account.h"
#include "cli/replay_events.h"
#include "cli/replay_source.h"
#include "daemon/rulebook.h"
#include "detect/handshakes.h"
#include "detect/window.h"

#define LOOK_EVERY_MS 1000 /* as the daemon looks whether a log is deaf */
#define MAX_OFF_MS    INT64_C(82800000) /* a day's difference is another day's log */

/* One site's old logs on their way through the daemon's own stages, with the logs' time as clock.
 */
struct replay {
	const struct invocation *invocation;
	const struct rulebook *rulebook;
	const struct config_site *site;
	struct detector *detector;
	struct deafness *deafness;
	struct replay_source *sources[REPLAY_MAX_LOGS];
	size_t source_count;
	int64_t clock_off_ms[REPLAY_MAX_LOGS]; /* of each; known at the end */
	struct replay_totals *sum;
	struct replay_account *account;
	struct progress *progress;
	uint64_t taken_before; /* bytes of the sites before this one */
	int64_t second; /* of the last line */
	int64_t now_ms; /* up to a second behind the detector's clock */
	int64_t heard_ms; /* when deafness was last looked at */
	uint64_t max_unparsed; /* in a row, before a log is not understood */
	bool ended; /* no more lines come */
	bool spike;
	bool is_unread; /* nobody gets what is told any more */
};

static void tell_spike(struct replay *replay)
{
	const struct replay_spike spike = {.rulebook = replay->rulebook,
	    .site = replay->site,
	    .detector = replay->detector,
	    .json = replay->invocation->json};

	replay->spike = !replay->spike;
	progress_clear(replay->progress);
	replay_tell_spike(&spike, replay->account);
	replay->is_unread = !output_flush();
}

/* The daemon looks at the window after each batch; here each line is one, and each step of time. */
static void look(struct replay *replay)
{
	if (detector_has_spike(replay->detector) != replay->spike)
		tell_spike(replay);
}

static void tell_changes(struct replay *replay)
{
	struct deaf_change change;

	while (deafness_next_change(replay->deafness, &change)) {
		const struct replay_log *log = replay_source_log(replay->sources[change.log]);

		progress_clear(replay->progress);
		replay_account_deaf(replay->account, &change);
		replay_tell_deaf(&change, log, replay->invocation->json);
		replay->is_unread = !output_flush();
	}
}

/* A whole log of which nothing was understood needs no more lines to tell. */
static void see_whole(const struct replay *replay, size_t log, struct deaf_sight *sight)
{
	const struct intake_totals *totals = replay_source_totals(replay->sources[log]);

	if (sight->understood == 0 && sight->unparsed_in_a_row + totals->overlong_lines > 0)
		sight->unparsed_in_a_row = replay->max_unparsed;
}

static void hear_at(struct replay *replay, int64_t now_ms)
{
	struct deaf_sight sights[REPLAY_MAX_LOGS];

	for (size_t i = 0; i < replay->source_count; i++) {
		reading_sight(replay_source_reading(replay->sources[i]), &sights[i]);
		sights[i].clock_off_ms = replay->clock_off_ms[i];
		if (replay->ended)
			see_whole(replay, i, &sights[i]);
	}
	deafness_look(replay->deafness, now_ms, sights);
	tell_changes(replay);
}

/* The detector's clock takes no single line's word for it. */
static void hear(struct replay *replay)
{
	struct detector_window window;

	detector_window(replay->detector, &window);
	replay->now_ms = window.now_ms;
	if (window.now_ms >= replay->heard_ms && window.now_ms - replay->heard_ms < LOOK_EVERY_MS)
		return;
	replay->heard_ms = window.now_ms;
	hear_at(replay, window.now_ms);
	replay_account_look(replay->account, &window);
	replay_account_day(replay->account, window.now_ms, detector_totals(replay->detector));
}

/* Lines that are not understood tell no time, so none passes while they come. Before the first time
 * nobody knows when they did. */
static void hear_unparsed(struct replay *replay)
{
	struct detector_window window;

	detector_window(replay->detector, &window);
	if (window.now_ms >= 0)
		hear_at(replay, window.now_ms);
}

/* False where the next line comes by then, which moves the clock itself. */
static bool step(struct replay *replay, int64_t now_ms, int64_t limit_ms)
{
	if (now_ms >= limit_ms)
		return false;
	detector_advance(replay->detector, now_ms);
	look(replay);
	return true;
}

/* The daemon's clock goes on while no lines come, and what silence means, and what the window
 * loses, is found then. It matters at a few moments only. */
static void pass_time(struct replay *replay, int64_t limit_ms)
{
	int64_t late_ms = detector_late_ms(replay->detector);
	int64_t bucket_ms = late_ms > WINDOW_BUCKETS ? late_ms / WINDOW_BUCKETS : 1;
	struct detector_window window;
	int64_t end_ms;
	int64_t tunnel_ms; /* until then silence may tell of a refusal */

	detector_window(replay->detector, &window);
	end_ms = window.now_ms + late_ms + bucket_ms;
	tunnel_ms = window.now_ms + HANDSHAKES_TUNNEL_MS + bucket_ms;
	if (window.now_ms < 0)
		hear_at(replay, limit_ms);
	if (window.now_ms < 0 || !step(replay, window.now_ms + HANDSHAKES_SOON_MS + 1, limit_ms))
		return;
	detector_window(replay->detector, &window);
	for (int64_t at_ms = (window.now_ms / bucket_ms + 1) * bucket_ms;
	     (window.rejected > 0 || at_ms <= tunnel_ms) && at_ms < end_ms &&
	     step(replay, at_ms, limit_ms);
	     at_ms += bucket_ms) {
		hear(replay);
		detector_window(replay->detector, &window);
	}
	if (step(replay, end_ms, limit_ms))
		hear(replay);
}

static uint64_t taken(const struct replay *replay)
{
	uint64_t sum = replay->taken_before;

	for (size_t i = 0; i < replay->source_count; i++)
		sum += replay_source_taken(replay->sources[i]);
	return sum;
}

static void take_line(struct replay *replay, struct replay_source *source)
{
	int64_t time_ms = replay_source_time_ms(source);
	int64_t second = time_ms / LOOK_EVERY_MS;

	if (time_ms > replay->now_ms + HANDSHAKES_SOON_MS)
		pass_time(replay, time_ms);
	replay_source_detect(source);
	look(replay);
	if (replay_source_reading(source)->unparsed_in_a_row == replay->max_unparsed)
		hear_unparsed(replay);
	if (second == replay->second)
		return;
	replay->second = second;
	hear(replay);
	progress_at(replay->progress, (int64_t)taken(replay));
}

/* The source whose line is the earliest, of those alike the first; NULL at the end. *ret_limit_ms
 * is up to when its lines come before all others'. */
static struct replay_source *find_earliest(const struct replay *replay, int64_t *ret_limit_ms)
{
	struct replay_source *earliest = NULL;

	*ret_limit_ms = INT64_MAX;
	for (size_t i = 0; i < replay->source_count; i++) {
		struct replay_source *source = replay->sources[i];
		int64_t time_ms = replay_source_time_ms(source);

		if (!replay_source_has_line(source))
			continue;
		if (earliest == NULL || time_ms < replay_source_time_ms(earliest)) {
			if (earliest != NULL)
				*ret_limit_ms = replay_source_time_ms(earliest);
			earliest = source;
		} else if (time_ms < *ret_limit_ms) {
			*ret_limit_ms = time_ms;
		}
	}
	return earliest;
}

static int run(struct replay *replay)
{
	struct replay_source *source;
	int exit_code = EXIT_DONE;
	int64_t limit_ms;

	for (size_t i = 0; exit_code == EXIT_DONE && i < replay->source_count; i++)
		exit_code = replay_source_next(replay->sources[i]);
	while (exit_code == EXIT_DONE && (source = find_earliest(replay, &limit_ms)) != NULL) {
		do {
			take_line(replay, source);
			exit_code = replay->is_unread ? EXIT_FAILED : replay_source_next(source);
		} while (exit_code == EXIT_DONE && replay_source_has_line(source) &&
		    (replay->source_count == 1 || replay_source_time_ms(source) < limit_ms));
	}
	return exit_code;
}

static int make_sources(struct replay *replay, const struct replay_logs *logs)
{
	for (size_t i = 0; i < logs->list.count; i++) {
		const struct replay_log *log = &logs->list.items[i];
		int error;

		if (log->site != replay->site || replay->source_count == REPLAY_MAX_LOGS)
			continue;
		error = replay_source_new(&replay->sources[replay->source_count], log,
		    replay->detector, replay->rulebook->signatures);
		/* What the configuration names was looked at when it was read. */
		if (error == -EINVAL)
			return complain(EXIT_USAGE, "no such log format: %s", log->log.format);
		if (error < 0)
			return complain(EXIT_UNAVAILABLE, "%s", strerror(-error));
		replay->source_count++;
	}
	return EXIT_DONE;
}

static int make(struct replay *replay, const struct replay_logs *logs)
{
	struct hash_seed seed;
	/* The output does not depend on it: the same logs give the same, to the byte. */
	int error = random_seed(&seed);
	int exit_code;

	if (error == 0)
		error = reading_new_detector(
		    &replay->detector, replay->rulebook, replay->site, &seed);
	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "%s", strerror(-error));
	exit_code = make_sources(replay, logs);
	if (exit_code != EXIT_DONE)
		return exit_code;
	/* The list has the other sites' logs, too. */
	error = reading_new_deafness(
	    &replay->deafness, replay->rulebook->config, replay->site, replay->source_count);
	return error == 0 ? EXIT_DONE : complain(EXIT_UNAVAILABLE, "%s", strerror(-error));
}

/* How far the log is behind the other, where it begins and ends as much later or earlier: but for a
 * clock that is off that were a rare chance. 0: it is not, or is another day's. */
static int64_t behind_ms(const struct replay *replay, size_t log, size_t other)
{
	int64_t late_ms = detector_late_ms(replay->detector);
	struct replay_span mine, theirs;
	int64_t begin_ms, end_ms;

	if (!replay_source_span(replay->sources[log], &mine) ||
	    !replay_source_span(replay->sources[other], &theirs))
		return 0;
	begin_ms = theirs.first_ms - mine.first_ms;
	end_ms = theirs.last_ms - mine.last_ms;
	if (llabs(begin_ms) <= late_ms || llabs(begin_ms) >= MAX_OFF_MS ||
	    llabs(begin_ms - end_ms) > late_ms)
		return 0;
	return end_ms;
}

/* Nothing but their lines tells the logs' clocks here. The first log is taken to be right. */
static void compare_clocks(struct replay *replay)
{
	for (size_t i = 1; i < replay->source_count; i++)
		replay->clock_off_ms[i] = behind_ms(replay, i, 0);
}

static void finish(struct replay *replay)
{
	const struct detector_totals *totals = detector_totals(replay->detector);
	struct detector_window window;

	detector_finish(replay->detector);
	look(replay);
	compare_clocks(replay);
	replay->ended = true;
	detector_window(replay->detector, &window);
	hear_at(replay, window.now_ms);
	replay_account_end(replay->account, totals->last_ms, totals);
	replay_add_site(replay->sum, totals);
	for (size_t i = 0; i < replay->source_count; i++)
		replay_add(replay->sum, replay->sources[i]);
}

static int replay_site(struct replay *replay, const struct replay_logs *logs)
{
	int exit_code = make(replay, logs);

	if (exit_code == EXIT_DONE) {
		hear_at(replay, replay->now_ms); /* the first look judges nothing */
		exit_code = run(replay);
	}
	if (exit_code == EXIT_DONE)
		finish(replay);
	replay->taken_before = taken(replay);
	for (size_t i = 0; i < replay->source_count; i++)
		replay_source_free(&replay->sources[i]);
	deafness_free(&replay->deafness);
	detector_free(&replay->detector);
	return exit_code;
}

/* What all sites' logs came to. */
struct result {
	struct replay_totals sum;
	struct replay_account **accounts; /* one for each site */
	size_t count;
};

static int tell(const struct invocation *invocation, const struct result *result)
{
	const struct screen screen = screen_look();
	struct json *sites;

	if (!invocation->json) {
		puts("\nWhat authmedic would have seen and done");
		for (size_t i = 0; i < result->count; i++)
			replay_account_print(result->accounts[i], &screen);
		putchar('\n');
		return replay_tell_summary(&result->sum);
	}
	sites = json_array_new();
	for (size_t i = 0; i < result->count; i++)
		json_add_tree(sites, replay_account_json(result->accounts[i]));
	return replay_print_summary(&result->sum, sites);
}

static int replay_sites(const struct invocation *invocation, const struct rulebook *rulebook,
    const struct replay_logs *logs, struct result *result)
{
	struct progress progress;
	uint64_t taken_before = 0;
	int exit_code = EXIT_DONE;

	progress_begin(&progress, replay_logs_bytes(logs));
	for (size_t i = 0; exit_code == EXIT_DONE && i < rulebook->config->sites.count; i++) {
		struct replay replay = {.invocation = invocation,
		    .rulebook = rulebook,
		    .site = &rulebook->config->sites.items[i],
		    .heard_ms = INT64_MIN / 2,
		    .now_ms = -1,
		    .max_unparsed = (uint64_t)rulebook->config->deaf.unparsed_lines,
		    .progress = &progress,
		    .taken_before = taken_before,
		    .sum = &result->sum};

		if (replay_account_new(&replay.account, replay.site) < 0) {
			exit_code = complain(EXIT_UNAVAILABLE, "no memory");
			break;
		}
		result->accounts[result->count++] = replay.account;
		exit_code = replay_site(&replay, logs);
		taken_before = replay.taken_before;
	}
	progress_clear(&progress);
	return exit_code == EXIT_DONE ? tell(invocation, result) : exit_code;
}

static int replay_with_result(const struct invocation *invocation, const struct rulebook *rulebook,
    const struct replay_logs *logs)
{
	struct result result = {.sum = replay_totals_none,
	    .accounts = calloc(rulebook->config->sites.count + 1, sizeof(*result.accounts))};
	int exit_code = result.accounts != NULL ? replay_sites(invocation, rulebook, logs, &result)
						: complain(EXIT_UNAVAILABLE, "no memory");

	for (size_t i = 0; i < result.count; i++)
		replay_account_free(&result.accounts[i]);
	free(result.accounts);
	return exit_code;
}

static int replay_all(const struct invocation *invocation, const struct rulebook *rulebook)
{
	struct replay_logs logs = {0};
	int exit_code = rulebook->config->sites.count > 0
	    ? replay_logs_collect(&logs, invocation, rulebook->config)
	    : complain(EXIT_CONFIG, "the configuration names no site");

	if (exit_code == EXIT_DONE)
		exit_code = replay_with_result(invocation, rulebook, &logs);
	replay_logs_done(&logs);
	return exit_code;
}

int verb_replay(const struct invocation *invocation)
{
	struct rulebook rulebook;
	struct buffer auto_buffer errors;
	int exit_code;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (rulebook_load(&rulebook, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	exit_code = replay_all(invocation, &rulebook);
	rulebook_done(&rulebook);
	return exit_code;
}
