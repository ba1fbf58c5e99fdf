#include "daemon/overdue.h"

#include <errno.h>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "config/log_kinds.h"
#include "daemon/journal.h"
#include "loop/host.h"

#define TOLD_VALUE      "fallback-overdue" /* of a site: what people were told; {}: nothing */
#define MAX_VALUE_BYTES ((size_t)1024)
#define MAX_TEXT_BYTES  384
/* Sites: what stands has that maximum, and of what is over nothing is kept but until the commit. */
#define MAX_TOLD        ((size_t)4 * PROTOCOL_MAX_STANDING)

struct standing {
	struct protocol_standing told; /* by the helper */
	bool is_gone; /* no rung of the configuration takes it back */
	int64_t due_ms; /* steady: when it is to be taken back; not before we heard of it */
	int64_t seen_late_ms; /* when we first saw that it was; -1: it was not. The machine may have
			       * slept over it, and nothing could be taken back then */
};

/* A site of which people were told. */
struct told {
	char site[PROTOCOL_NAME_BYTES], remedy[PROTOCOL_NAME_BYTES];
	int64_t since_ms, until_ms;
	bool is_gone;
	bool goes_on; /* else it is only kept until its end is saved */
	bool is_saved;
	char text[MAX_TEXT_BYTES];
};

struct overdue {
	const struct config *config;
	struct journal *journal;
	char host[HOST_NAME_BYTES];
	bool is_known; /* the helper has told, in this run */
	struct standing standing[PROTOCOL_MAX_STANDING];
	size_t standing_count;
	array_of(struct told) told;
	struct report_fallback model[PROTOCOL_MAX_STANDING + MAX_TOLD];
};

/* ---- what stands */

static bool is_gone(const struct overdue *overdue, const struct protocol_standing *told)
{
	const struct config_site *site = config_site_named(overdue->config, told->site);

	for (size_t i = 0; site != NULL && i < site->ladder.count; i++)
		if (site->ladder.items[i].key == told->key)
			return false;
	return true;
}

static bool is_same(const struct protocol_standing *told, const struct protocol_standing *before)
{
	return told->key == before->key && told->until_ms == before->until_ms &&
	    strcmp(told->site, before->site) == 0;
}

/* What was late goes on being so from when it was seen first. */
static struct standing standing_of(const struct overdue *overdue,
    const struct protocol_standing *told, struct moment now)
{
	struct standing standing = {.told = *told,
	    .is_gone = is_gone(overdue, told),
	    .due_ms = now.steady_ms + (told->left_ms > 0 ? told->left_ms : 0),
	    .seen_late_ms = -1};

	for (size_t i = 0; told->left_ms <= 0 && i < overdue->standing_count; i++) {
		const struct standing *before = &overdue->standing[i];

		if (!is_same(told, &before->told) || before->due_ms > now.steady_ms)
			continue;
		standing.due_ms = before->due_ms;
		standing.seen_late_ms = before->seen_late_ms;
	}
	return standing;
}

void overdue_on_reply(
    struct overdue *overdue, const struct protocol_reply *reply, struct moment now)
{
	struct standing standing[PROTOCOL_MAX_STANDING];

	if (reply->standing_known == 0)
		return;
	for (uint32_t i = 0; i < reply->standing_count; i++)
		standing[i] = standing_of(overdue, &reply->standing[i], now);
	memcpy(overdue->standing, standing, reply->standing_count * sizeof(*standing));
	overdue->standing_count = reply->standing_count;
	overdue->is_known = true;
}

/* What of the site is overdue for the longest time; NULL: nothing is. */
static const struct standing *latest_of(
    const struct overdue *overdue, const char *site, struct moment now)
{
	const struct standing *latest = NULL;

	for (size_t i = 0; i < overdue->standing_count; i++) {
		const struct standing *standing = &overdue->standing[i];

		if (strcmp(standing->told.site, site) == 0 && standing->due_ms <= now.steady_ms &&
		    (latest == NULL || standing->due_ms < latest->due_ms))
			latest = standing;
	}
	return latest;
}

/* ---- what people are told */

static struct told *told_of(struct overdue *overdue, const char *site)
{
	for (size_t i = 0; i < overdue->told.count; i++)
		if (strcmp(overdue->told.items[i].site, site) == 0)
			return &overdue->told.items[i];
	return NULL;
}

static const char *reason_of(const struct told *told)
{
	return told->is_gone ? "rung-gone" : "not-taken-back";
}

static void put_text(struct told *told)
{
	char until[TEXT_TIME_BYTES];

	snprintf(told->text, sizeof(told->text),
	    "%s was applied until %s and still stands%s", told->remedy,
	    text_of_time(told->until_ms, until),
	    told->is_gone ? "; its rung is in the configuration no more, so only a person can "
			    "take it back"
			  : "");
}

static void describe(struct told *told, const struct standing *standing)
{
	memcpy(told->remedy, standing->told.remedy, sizeof(told->remedy));
	told->until_ms = standing->told.until_ms;
	told->is_gone = standing->is_gone;
	put_text(told);
}

static struct notification_of_fallback news_of(
    const struct overdue *overdue, const struct told *told)
{
	return (struct notification_of_fallback){.opened = true,
	    .time_ms = told->since_ms,
	    .since_ms = told->since_ms,
	    .until_ms = told->until_ms,
	    .host = overdue->host,
	    .site = told->site,
	    .remedy = told->remedy,
	    .reason = reason_of(told),
	    .text = told->text,
	    .advice = told->is_gone
		? "Make the server by hand what it was before, then say: sudo authmedic revert "
		  "SITE REMEDY --done"
		: "See why it was not taken back (journalctl -u authmedic-helper -u "
		  "authmedic-revert), mend that, then say: sudo authmedic revert SITE "
		  "REMEDY"};
}

static struct log_about about(const struct told *told)
{
	return (struct log_about){
	    .site = told->site, .remedy = told->remedy, .reason = reason_of(told)};
}

static void begin(struct overdue *overdue, const struct standing *standing, struct moment now)
{
	struct notification_of_fallback news;
	struct told *told = told_of(overdue, standing->told.site);

	if (told == NULL && array_push(&overdue->told, (struct told){0}, MAX_TOLD) < 0)
		return; /* as long as nothing can be saved; tried again */
	if (told == NULL)
		told = &overdue->told.items[overdue->told.count - 1];
	*told = (struct told){.since_ms = now.wall_ms, .goes_on = true};
	memcpy(told->site, standing->told.site, sizeof(told->site));
	describe(told, standing);
	news = news_of(overdue, told);
	log_told(LOG_KIND_fallback_overdue, about(told), "%s: %s", told->site, told->text);
	journal_tell_fallback(overdue->journal, &news);
}

static void end(struct overdue *overdue, struct told *told, struct moment now)
{
	struct notification_of_fallback news = news_of(overdue, told);

	news.opened = false;
	news.time_ms = now.wall_ms;
	news.text = "no fallback stands beyond its time any more";
	news.advice = "";
	told->goes_on = false;
	told->is_saved = false;
	log_told(LOG_KIND_fallback_over, about(told), "%s: %s", told->site, news.text);
	journal_tell_fallback(overdue->journal, &news);
}

/* A revert takes its time, and may be tried again. */
static void look_for_news(struct overdue *overdue, struct moment now)
{
	for (size_t i = 0; i < overdue->standing_count; i++) {
		struct standing *standing = &overdue->standing[i];
		const struct told *told = told_of(overdue, standing->told.site);

		if (standing->due_ms > now.steady_ms)
			continue;
		if (standing->seen_late_ms < 0)
			standing->seen_late_ms = now.steady_ms;
		if (now.steady_ms - standing->seen_late_ms >=
			overdue->config->safety.overdue_after_ms &&
		    (told == NULL || !told->goes_on))
			begin(overdue, standing, now);
	}
}

void overdue_work(struct overdue *overdue, struct moment now)
{
	if (!overdue->is_known)
		return;
	for (size_t i = 0; i < overdue->told.count; i++) {
		struct told *told = &overdue->told.items[i];
		const struct standing *standing = latest_of(overdue, told->site, now);

		if (told->goes_on && standing != NULL)
			describe(told, standing);
		else if (told->goes_on)
			end(overdue, told, now);
	}
	look_for_news(overdue, now);
}

bool overdue_at(
    const struct overdue *overdue, size_t number, struct notification_of_fallback *ret_news)
{
	for (size_t i = 0; overdue != NULL && i < overdue->told.count; i++) {
		if (!overdue->told.items[i].goes_on || number-- > 0)
			continue;
		*ret_news = news_of(overdue, &overdue->told.items[i]);
		return true;
	}
	return false;
}

/* ---- for people and machines */

/* Until the helper has told, that stands of which people were told by the last run. */
static size_t fill_from_told(struct overdue *overdue)
{
	size_t count = 0;

	for (size_t i = 0; i < overdue->told.count; i++)
		overdue->model[count++] = (struct report_fallback){
		    .site = overdue->told.items[i].site,
		    .remedy = overdue->told.items[i].remedy,
		    .until_ms = overdue->told.items[i].until_ms,
		    .is_overdue = true,
		    .is_gone = overdue->told.items[i].is_gone};
	return count;
}

const struct report_fallback *overdue_model(
    struct overdue *overdue, struct moment now, size_t *ret_count)
{
	*ret_count = overdue->is_known ? overdue->standing_count : fill_from_told(overdue);
	for (size_t i = 0; overdue->is_known && i < *ret_count; i++)
		overdue->model[i] = (struct report_fallback){
		    .site = overdue->standing[i].told.site,
		    .remedy = overdue->standing[i].told.remedy,
		    .until_ms = overdue->standing[i].told.until_ms,
		    .is_overdue = overdue->standing[i].due_ms <= now.steady_ms,
		    .is_gone = overdue->standing[i].is_gone};
	return overdue->model;
}

/* ---- over restarts */

static int save(const struct told *told, struct store *store)
{
	struct json auto_json *value = json_object_new();
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_VALUE_BYTES);
	if (told->goes_on) {
		json_put_text(value, "remedy", told->remedy);
		json_put_int(value, "since_ms", told->since_ms);
		json_put_int(value, "until_ms", told->until_ms);
		json_put_bool(value, "is_gone", told->is_gone);
	}
	error = json_print(value, &text);
	return error < 0 ? error
			 : store_put_value(store, told->site, TOLD_VALUE, buffer_view(&text));
}

int overdue_save(const struct overdue *overdue, struct store *store)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < overdue->told.count; i++)
		if (!overdue->told.items[i].is_saved)
			error = save(&overdue->told.items[i], store);
	return error;
}

void overdue_committed(struct overdue *overdue)
{
	size_t kept = 0;

	for (size_t i = 0; i < overdue->told.count; i++) {
		overdue->told.items[i].is_saved = true;
		if (overdue->told.items[i].goes_on)
			overdue->told.items[kept++] = overdue->told.items[i];
	}
	overdue->told.count = kept;
}

static int on_value(void *context, const char *site, struct view value)
{
	struct overdue *overdue = context;
	struct json auto_json *saved = NULL;
	struct told told = {.goes_on = true, .is_saved = true};
	const char *remedy;
	int error;

	if (json_parse(value, &saved) < 0) {
		log_warning("%s: what was told of its fallback cannot be read", site);
		return 0;
	}
	remedy = json_get_text(saved, "remedy");
	if (remedy == NULL)
		return 0;
	snprintf(told.site, sizeof(told.site), "%s", site);
	snprintf(told.remedy, sizeof(told.remedy), "%s", remedy);
	told.since_ms = json_get_int(saved, "since_ms", 0);
	told.until_ms = json_get_int(saved, "until_ms", 0);
	told.is_gone = json_get_bool(saved, "is_gone");
	put_text(&told);
	error = array_push(&overdue->told, told, MAX_TOLD);
	return error == -ENOSPC ? 0 : error;
}

int overdue_new(struct overdue **ret_overdue, const struct config *config, struct store *store,
    struct journal *journal)
{
	struct overdue *overdue = calloc(1, sizeof(*overdue));
	int error;

	if (overdue == NULL)
		return -ENOMEM;
	overdue->journal = journal;
	overdue->config = config;
	host_name(overdue->host);
	error = store_each_value(store, TOLD_VALUE, on_value, overdue);
	if (error < 0)
		overdue_free(&overdue);
	*ret_overdue = overdue;
	return error;
}

void overdue_free(struct overdue **overdue)
{
	if (*overdue == NULL)
		return;
	array_done(&(*overdue)->told);
	free(*overdue);
	*overdue = NULL;
}
