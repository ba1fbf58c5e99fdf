#include "cli/replay_account.h"

#include <errno.h>
#include <stdint.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/verbs.h"

#define DAY_MS          INT64_C(86400000)
#define TOLD_SPIKES     20 /* on a screen: the longest matter most */
#define TOLD_DAYS       3
#define MAX_LINE_BYTES  ((size_t)4096)
#define DIAGNOSIS_BYTES 64
#define TIME_COLUMNS    21
#define SPAN_COLUMNS    14
#define COUNT_COLUMNS   10
#define NAME_COLUMNS    18

struct spike {
	int64_t from_ms, to_ms; /* to -1: it lasts */
	size_t rejected, active; /* at its worst */
	char diagnosis[DIAGNOSIS_BYTES];
};

struct day {
	int64_t number; /* since 1970 */
	uint64_t sign_ins, rejected;
};

struct replay_account {
	const struct config_site *site;
	array_of(struct spike) spikes;
	array_of(struct day) days;
	uint64_t more_spikes;
	bool is_spike;
	unsigned deaf_reasons; /* open now */
	uint64_t deaf_times;
	int64_t deaf_since_ms, deaf_ms; /* since -1: before there was a time */
	int64_t day; /* whose sign-ins are counted */
	uint64_t sign_ins, rejected; /* before it began */
};

int replay_account_new(struct replay_account **ret_account, const struct config_site *site)
{
	struct replay_account *account = calloc(1, sizeof(*account));

	if (account == NULL)
		return -ENOMEM;
	account->site = site;
	account->day = INT64_MIN;
	*ret_account = account;
	return 0;
}

void replay_account_free(struct replay_account **account)
{
	if (*account == NULL)
		return;
	array_done(&(*account)->spikes);
	array_done(&(*account)->days);
	free(*account);
	*account = NULL;
}

/* NULL where it is one of those that are only counted. */
static struct spike *open_spike(struct replay_account *account)
{
	struct spike *last =
	    account->spikes.count > 0 ? &account->spikes.items[account->spikes.count - 1] : NULL;

	return account->is_spike && last != NULL && last->to_ms < 0 ? last : NULL;
}

void replay_account_look(struct replay_account *account, const struct detector_window *window)
{
	struct spike *spike = open_spike(account);

	if (spike == NULL || window->rejected <= spike->rejected)
		return;
	spike->rejected = window->rejected;
	spike->active = window->active;
}

static void end_spike(struct replay_account *account, int64_t now_ms)
{
	struct spike *spike = open_spike(account);

	if (spike != NULL)
		spike->to_ms = now_ms;
	account->is_spike = false;
}

void replay_account_spike(struct replay_account *account, const struct detector_window *window,
    const struct diagnosis *diagnosis)
{
	struct spike spike = {.from_ms = window->now_ms,
	    .to_ms = -1,
	    .rejected = window->rejected,
	    .active = window->active};

	if (!window->spike) {
		end_spike(account, window->now_ms);
		return;
	}
	snprintf(
	    spike.diagnosis, sizeof(spike.diagnosis), "%s", diagnosis != NULL ? diagnosis->id : "");
	account->is_spike = true;
	if (array_push(&account->spikes, spike, REPLAY_MAX_SPIKES) < 0)
		account->more_spikes++;
}

/* Reasons overlap; the log is deaf from the first to the end of the last. */
void replay_account_deaf(struct replay_account *account, const struct deaf_change *change)
{
	if (change->opened && account->deaf_reasons++ == 0) {
		account->deaf_since_ms = change->now_ms;
		account->deaf_times++;
	} else if (!change->opened && account->deaf_reasons > 0 && --account->deaf_reasons == 0) {
		account->deaf_ms += change->now_ms - account->deaf_since_ms;
	}
}

static uint64_t sum_of(const struct detector_totals *totals, enum outcome outcome)
{
	uint64_t sum = 0;

	for (int scheme = 0; scheme < SCHEME_COUNT; scheme++)
		sum += totals->handshakes[scheme][outcome];
	return sum;
}

static void end_day(struct replay_account *account, const struct detector_totals *totals)
{
	uint64_t rejected = sum_of(totals, OUTCOME_REJECTED);
	uint64_t sign_ins = rejected + sum_of(totals, OUTCOME_ESTABLISHED);
	struct day day = {.number = account->day,
	    .sign_ins = sign_ins - account->sign_ins,
	    .rejected = rejected - account->rejected};

	/* Beyond the maximum, and without memory, the days before it are told. */
	if (day.sign_ins > 0 && array_push(&account->days, day, REPLAY_MAX_DAYS) < 0)
		return;
	account->sign_ins = sign_ins;
	account->rejected = rejected;
}

void replay_account_day(
    struct replay_account *account, int64_t now_ms, const struct detector_totals *totals)
{
	int64_t day = now_ms / DAY_MS;

	if (day <= account->day)
		return;
	if (account->day != INT64_MIN)
		end_day(account, totals);
	account->day = day;
}

void replay_account_end(
    struct replay_account *account, int64_t now_ms, const struct detector_totals *totals)
{
	if (account->day != INT64_MIN)
		end_day(account, totals);
	if (account->deaf_reasons > 0 && account->deaf_since_ms >= 0)
		account->deaf_ms += now_ms - account->deaf_since_ms;
	account->deaf_reasons = 0;
	end_spike(account, now_ms);
}

/* ---- what is told */

static const char *remedy_of(const struct replay_account *account)
{
	return account->site->ladder.count > 0 ? account->site->ladder.items[0].remedy : "";
}

static const char *word_of(const struct replay_account *account)
{
	if (remedy_of(account)[0] == '\0')
		return "told a person";
	return account->site->mode == CONFIG_MODE_ACT ? remedy_of(account)
						      : "told a person (observe)";
}

/* "2026-11-28 03:12:05" */
static const char *time_text(int64_t time_ms, char ret_text[TEXT_TIME_BYTES])
{
	text_of_time(time_ms, ret_text);
	if (strlen(ret_text) > 19) {
		ret_text[10] = ' ';
		ret_text[19] = '\0';
	}
	return ret_text;
}

static void print_spike(const struct replay_account *account, const struct spike *spike)
{
	char time[TEXT_TIME_BYTES], span[TEXT_TIME_BYTES], count[48];

	snprintf(count, sizeof(count), "%zu/%zu", spike->rejected, spike->active);
	printf("  ");
	screen_print_cell(view_of_text(time_text(spike->from_ms, time)), TIME_COLUMNS);
	screen_print_cell(
	    view_of_text(text_of_duration(spike->to_ms - spike->from_ms, span)), SPAN_COLUMNS);
	screen_print_cell(view_of_text(count), COUNT_COLUMNS);
	screen_print_cell(view_of_text(spike->diagnosis), NAME_COLUMNS);
	print_escaped(view_of_text(word_of(account)));
	putchar('\n');
}

static void print_heading(void)
{
	printf("  ");
	screen_print_cell(VIEW("FROM (UTC)"), TIME_COLUMNS);
	screen_print_cell(VIEW("FOR"), SPAN_COLUMNS);
	screen_print_cell(VIEW("REJECTED"), COUNT_COLUMNS);
	screen_print_cell(VIEW("BY THE LOGS"), NAME_COLUMNS);
	puts("WOULD HAVE");
}

static void print_spikes(const struct replay_account *account)
{
	size_t count = account->spikes.count;

	if (count == 0)
		return;
	print_heading();
	for (size_t i = 0; i < count && i < TOLD_SPIKES; i++)
		print_spike(account, &account->spikes.items[i]);
	if (count + account->more_spikes > TOLD_SPIKES)
		printf("  and %llu more: --json has them\n",
		    (unsigned long long)(count + account->more_spikes - TOLD_SPIKES));
}

/* The days with the most sign-ins, by number of the place in the list; how many there are. */
static size_t find_busiest(const struct replay_account *account, size_t ret_places[TOLD_DAYS])
{
	size_t found = 0;

	while (found < TOLD_DAYS && found < account->days.count) {
		size_t best = SIZE_MAX;

		for (size_t i = 0; i < account->days.count; i++) {
			bool taken = false;

			for (size_t j = 0; j < found; j++)
				taken |= ret_places[j] == i;
			if (!taken &&
			    (best == SIZE_MAX ||
				account->days.items[i].sign_ins >
				    account->days.items[best].sign_ins))
				best = i;
		}
		ret_places[found++] = best;
	}
	return found;
}

static void print_days(const struct replay_account *account)
{
	size_t places[TOLD_DAYS];
	size_t count = find_busiest(account, places);

	for (size_t i = 0; i < count; i++) {
		const struct day *day = &account->days.items[places[i]];
		char time[TEXT_TIME_BYTES];

		printf("%s%.10s (%llu sign-ins, %llu rejected)", i == 0 ? "  busiest: " : ", ",
		    text_of_time(day->number * DAY_MS, time), (unsigned long long)day->sign_ins,
		    (unsigned long long)day->rejected);
	}
	if (count > 0)
		putchar('\n');
}

void replay_account_print(const struct replay_account *account, const struct screen *screen)
{
	uint64_t spikes = account->spikes.count + account->more_spikes;
	struct buffer auto_buffer line;
	char span[TEXT_TIME_BYTES];

	buffer_init(&line, MAX_LINE_BYTES);
	buffer_append_format(&line, "\n%s: sign-in failed %llu time%s; a log was deaf %llu time%s",
	    account->site->name, (unsigned long long)spikes, spikes == 1 ? "" : "s",
	    (unsigned long long)account->deaf_times, account->deaf_times == 1 ? "" : "s");
	if (account->deaf_times > 0)
		buffer_append_format(
		    &line, ", for %s in all", text_of_duration(account->deaf_ms, span));
	screen_print_text(screen, 0, buffer_text(&line));
	print_spikes(account);
	if (spikes > 0 && account->site->mode == CONFIG_MODE_ACT && remedy_of(account)[0] != '\0')
		screen_print_text(screen, 2,
		    "only where its probe was rejected with a fresh ticket, and the machine showed "
		    "a cause that this cures: logs alone never authorise anything");
	print_days(account);
}

static void put_spikes(struct json *list, const struct replay_account *account)
{
	for (size_t i = 0; i < account->spikes.count; i++) {
		const struct spike *spike = &account->spikes.items[i];
		struct json *object = json_add_object(list);

		json_put_time(object, "from", spike->from_ms);
		json_put_time(object, "to", spike->to_ms);
		json_put_int(object, "rejected", (int64_t)spike->rejected);
		json_put_int(object, "active", (int64_t)spike->active);
		json_put_text(object, "diagnosis", spike->diagnosis);
	}
}

struct json *replay_account_json(const struct replay_account *account)
{
	struct json *object = json_object_new();
	size_t places[TOLD_DAYS];
	size_t count = find_busiest(account, places);
	struct json *days;

	json_put_text(object, "site", account->site->name);
	put_spikes(json_put_array(object, "spikes"), account);
	json_put_int(object, "more_spikes", (int64_t)account->more_spikes);
	json_put_text(object, "would_apply", remedy_of(account));
	json_put_int(object, "deaf_times", (int64_t)account->deaf_times);
	json_put_int(object, "deaf_seconds", account->deaf_ms / 1000);
	days = json_put_array(object, "busiest_days");
	for (size_t i = 0; i < count; i++) {
		const struct day *day = &account->days.items[places[i]];
		struct json *told = json_add_object(days);

		json_put_time(told, "day", day->number * DAY_MS);
		json_put_int(told, "sign_ins", (int64_t)day->sign_ins);
		json_put_int(told, "rejected", (int64_t)day->rejected);
	}
	return object;
}
