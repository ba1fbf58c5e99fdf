#include "daemon/stories.h"

#include <errno.h>

#include "base/log.h"

#define LOOK_BACK      100 /* incidents, the newest first */
#define DAY_MS         INT64_C(86400000)
#define MAX_DATA_BYTES ((size_t)512 * 1024)

/* One incident as it stood at `changed_ms`, with all that it points to. */
struct story {
	char *id, *diagnosis_id;
	int64_t changed_ms;
	struct report_incident told;
	struct report_event events[REPORT_MAX_EVENTS];
	struct facts *evidence;
	bool wanted;
};

struct stories {
	struct store *store;
	const struct rules *rules;
	struct story *items[STORIES_MAX];
	size_t count;
	const struct report_incident **by_site;
	/* During a call: */
	const struct report_model *model;
	size_t reads;
};

int stories_new(struct stories **ret_stories, struct store *store, const struct rules *rules)
{
	struct stories *stories = calloc(1, sizeof(*stories));

	if (stories == NULL)
		return -ENOMEM;
	stories->store = store;
	stories->rules = rules;
	*ret_stories = stories;
	return 0;
}

static void event_done(struct report_event *event)
{
	free((char *)event->kind);
	free((char *)event->text);
	free((char *)event->reason);
	free((char *)event->remedy);
}

static void story_free(struct story *story)
{
	if (story == NULL)
		return;
	for (size_t i = 0; i < story->told.event_count; i++)
		event_done(&story->events[i]);
	facts_free(&story->evidence);
	free(story->id);
	free(story->diagnosis_id);
	free(story);
}

void stories_free(struct stories **stories)
{
	if (*stories == NULL)
		return;
	for (size_t i = 0; i < (*stories)->count; i++)
		story_free((*stories)->items[i]);
	free((*stories)->by_site);
	free(*stories);
	*stories = NULL;
}

/* -- reading one -- */

/* An event as it is stored, until it is known which are told. */
struct raw_event {
	int64_t time_ms;
	char *kind, *text;
	struct buffer data;
};

struct raw_events {
	struct raw_event items[REPORT_MAX_EVENTS];
	size_t count, left_out;
};

static void raw_event_done(struct raw_event *event)
{
	free(event->kind);
	free(event->text);
	buffer_done(&event->data);
}

static void raw_events_done(struct raw_events *events)
{
	for (size_t i = 0; i < events->count; i++)
		raw_event_done(&events->items[i]);
}

/* The first ones and the last ones stay. */
static void make_room(struct raw_events *events)
{
	struct raw_event *gone = &events->items[REPORT_FIRST_EVENTS];

	if (events->count < REPORT_MAX_EVENTS)
		return;
	raw_event_done(gone);
	events->count--;
	events->left_out++;
	memmove(gone, gone + 1, (events->count - REPORT_FIRST_EVENTS) * sizeof(*gone));
}

static int on_event(void *context, const struct store_event *stored)
{
	struct raw_events *events = context;
	struct raw_event *event;

	make_room(events);
	event = &events->items[events->count++];
	*event = (struct raw_event){
	    .time_ms = stored->time_ms, .kind = strdup(stored->kind), .text = strdup(stored->text)};
	buffer_init(&event->data, MAX_DATA_BYTES);
	buffer_append(&event->data, stored->data);
	return event->kind != NULL && event->text != NULL ? buffer_error(&event->data) : -ENOMEM;
}

static char *text_of(const struct json *data, const char *name)
{
	const char *text = json_get_text(data, name);

	return strdup(text != NULL ? text : "");
}

static int take_event(struct story *story, struct raw_event *raw)
{
	struct report_event *event = &story->events[story->told.event_count++];
	struct json auto_json *data = NULL;

	if (raw->data.length > 0 && json_parse(buffer_view(&raw->data), &data) < 0)
		data = NULL;
	*event = (struct report_event){.time_ms = raw->time_ms,
	    .kind = raw->kind,
	    .text = raw->text,
	    .reason = text_of(data, "reason"),
	    .remedy = text_of(data, "remedy")};
	raw->kind = NULL;
	raw->text = NULL;
	return event->reason != NULL && event->remedy != NULL ? 0 : -ENOMEM;
}

static int read_events(struct story *story, struct store *store)
{
	struct raw_events auto_call(raw_events_done) events = {.count = 0};
	int error = store_each_event(store, story->id, on_event, &events);

	for (size_t i = 0; error == 0 && i < events.count; i++)
		error = take_event(story, &events.items[i]);
	story->told.left_out = events.left_out;
	return error;
}

/* What cannot be read is left out. */
static void read_evidence(struct story *story, struct view stored)
{
	struct json auto_json *evidence = NULL;

	if (!view_is_empty(stored) && json_parse(stored, &evidence) == 0 &&
	    facts_from_json(&story->evidence, json_get(evidence, "facts")) < 0)
		story->evidence = NULL;
}

static void explain(struct story *story, const struct rules *rules)
{
	const struct diagnosis *diagnosis = rules_named(rules, story->diagnosis_id);

	if (diagnosis == NULL)
		return;
	story->told.title = diagnosis->title;
	story->told.why = diagnosis->why;
	story->told.advice = diagnosis->advice;
	story->told.caution = diagnosis->caution;
}

static int story_read(
    struct story **ret_story, const struct stories *stories, const struct store_incident *stored)
{
	struct story *story = calloc(1, sizeof(*story));
	int error;

	if (story == NULL)
		return -ENOMEM;
	story->id = strdup(stored->id);
	story->diagnosis_id = strdup(stored->diagnosis);
	story->changed_ms = stored->changed_ms;
	error = story->id != NULL && story->diagnosis_id != NULL ? 0 : -ENOMEM;
	if (error == 0)
		error = read_events(story, stories->store);
	if (error < 0) {
		story_free(story);
		return error;
	}
	read_evidence(story, stored->evidence);
	explain(story, stories->rules);
	story->told.id = story->id;
	story->told.diagnosis = story->diagnosis_id;
	story->told.opened_ms = stored->opened_ms;
	story->told.closed_ms = stored->closed_ms;
	story->told.events = story->events;
	story->told.evidence = story->evidence;
	*ret_story = story;
	return 0;
}

/* -- which ones -- */

static struct story *find(struct stories *stories, const char *id)
{
	for (size_t i = 0; i < stories->count; i++)
		if (strcmp(stories->items[i]->id, id) == 0)
			return stories->items[i];
	return NULL;
}

static void forget(struct stories *stories, const struct story *story)
{
	size_t i = 0;

	while (stories->items[i] != story)
		i++;
	story_free(stories->items[i]);
	stories->items[i] = stories->items[--stories->count];
}

/* The story as it is now, or as it was where others had to come first; NULL: not yet. */
static struct story *have(struct stories *stories, const struct store_incident *stored)
{
	struct story *old = find(stories, stored->id);
	struct story *fresh = NULL;

	if (old != NULL && old->changed_ms == stored->changed_ms)
		return old;
	if (stories->reads == STORIES_AT_ONCE || (old == NULL && stories->count == STORIES_MAX))
		return old;
	stories->reads++;
	if (story_read(&fresh, stories, stored) < 0)
		return old;
	if (old != NULL)
		forget(stories, old);
	stories->items[stories->count++] = fresh;
	return fresh;
}

/* The site that this incident is to be told of. */
static bool find_site(
    const struct stories *stories, const struct store_incident *stored, size_t *ret_number)
{
	for (size_t i = 0; i < stories->model->site_count; i++) {
		const struct report_site *site = &stories->model->sites[i];

		if (strcmp(site->name, stored->site) != 0)
			continue;
		*ret_number = i;
		return stories->by_site[i] == NULL &&
		    (site->incident_id != NULL
			    ? strcmp(site->incident_id, stored->id) == 0
			    : stored->closed_ms >= stories->model->now_ms - DAY_MS);
	}
	return false;
}

static int on_incident(void *context, const struct store_incident *stored)
{
	struct stories *stories = context;
	struct story *story;
	size_t number;

	if (!find_site(stories, stored, &number))
		return 0;
	story = have(stories, stored);
	if (story == NULL)
		return 0;
	story->wanted = true;
	stories->by_site[number] = &story->told;
	return 0;
}

static int look(struct stories *stories)
{
	const struct store_selection selection = {.limit = LOOK_BACK};
	const struct report_model *model = stories->model;
	int error = 0;

	/* An open one may be older than all that are looked through. */
	for (size_t i = 0; error == 0 && i < model->site_count; i++) {
		if (model->sites[i].incident_id != NULL)
			error = store_get_incident(
			    stories->store, model->sites[i].incident_id, on_incident, stories);
		if (error == -ENOENT) /* its first step is not committed yet */
			error = 0;
	}
	if (error == 0)
		error = store_each_incident(stories->store, selection, on_incident, stories);
	return error;
}

static void forget_unwanted(struct stories *stories)
{
	for (size_t i = stories->count; i > 0; i--)
		if (!stories->items[i - 1]->wanted)
			forget(stories, stories->items[i - 1]);
}

const struct report_incident *const *stories_of(
    struct stories *stories, const struct report_model *model)
{
	int error;

	free(stories->by_site);
	stories->by_site = calloc(model->site_count + 1, sizeof(const struct report_incident *));
	if (stories->by_site == NULL)
		return NULL;
	stories->model = model;
	stories->reads = 0;
	for (size_t i = 0; i < stories->count; i++)
		stories->items[i]->wanted = false;
	error = look(stories);
	if (error < 0)
		log_warning("incidents cannot be read for the page: %s", strerror(-error));
	forget_unwanted(stories);
	return stories->by_site;
}
