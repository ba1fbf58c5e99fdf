#include "detect/places.h"

#include <errno.h>

#define PLACE_ROW_VERSION 1

enum place_counter { PLACE_ADMITTED, PLACE_REFUSED, PLACE_COUNTERS };

int places_init(struct places *places, int64_t window_ms)
{
	*places = (struct places){.window_ms = window_ms};
	return window_init(&places->window, window_ms, (size_t)PLACE_COUNTERS * (PLACES_MAX + 1));
}

void places_done(struct places *places)
{
	window_done(&places->window);
}

static void see_none_after(struct places *places, int64_t now_ms)
{
	for (uint8_t number = 1; number <= places->count; number++) {
		if (places->items[number].last_ms <= now_ms)
			continue;
		places->items[number].last_ms = now_ms;
		places->items[number].changed = true;
	}
}

void places_restart(struct places *places, int64_t now_ms)
{
	window_restart(&places->window, now_ms);
	see_none_after(places, now_ms);
}

void places_set_back(struct places *places, int64_t now_ms)
{
	window_set_back(&places->window, now_ms);
	see_none_after(places, now_ms);
}

static size_t counter_of(uint8_t number, enum place_counter counter)
{
	return WINDOW_SIGNALS + (size_t)PLACE_COUNTERS * number + counter;
}

static struct view name_of(const struct place *place)
{
	return view_of(place->name, place->length);
}

static void see(struct places *places, uint8_t number, int64_t time_ms)
{
	if (time_ms > places->items[number].last_ms) {
		places->items[number].last_ms = time_ms;
		places->items[number].changed = true;
	}
	places->latest = number;
}

uint8_t places_find(struct places *places, struct view name, int64_t time_ms)
{
	uint8_t number = places->latest;

	if (view_is_empty(name))
		return 0;
	if (!view_equal(name_of(&places->items[number]), name))
		for (number = places->count; number > 0; number--)
			if (view_equal_ignoring_case(name_of(&places->items[number]), name))
				break;
	if (number > 0)
		see(places, number, time_ms);
	return number;
}

/* The number of the place that was not seen for longest. */
static uint8_t stalest(const struct places *places)
{
	uint8_t stalest = 1;

	for (uint8_t number = 2; number <= places->count; number++)
		if (places->items[number].last_ms < places->items[stalest].last_ms)
			stalest = number;
	return stalest;
}

uint8_t places_add(struct places *places, struct view name, int64_t time_ms)
{
	uint8_t number = places_find(places, name, time_ms);
	struct place *place;

	if (number != 0 || view_is_empty(name) || name.length >= DETECTOR_PLACE_BYTES)
		return number;
	if (places->count < PLACES_MAX) {
		number = ++places->count;
	} else {
		number = stalest(places);
		if (time_ms - places->items[number].last_ms <= places->window_ms) {
			places->refused_total++;
			return 0;
		}
	}
	place = &places->items[number];
	*place = (struct place){.length = (uint8_t)name.length};
	memcpy(place->name, name.data, name.length);
	see(places, number, time_ms);
	return number;
}

void places_count(struct places *places, uint8_t number, int64_t time_ms, bool refused)
{
	if (number > 0)
		window_add(&places->window, time_ms,
		    counter_of(number, refused ? PLACE_REFUSED : PLACE_ADMITTED), 1);
}

static enum spread spread_of(const struct detector_places *report)
{
	if (report->count < 2)
		return SPREAD_UNKNOWN;
	if (report->failing == 0)
		return SPREAD_NONE;
	if (report->failing == report->count)
		return SPREAD_ALL;
	return report->failing == 1 ? SPREAD_ONE : SPREAD_SOME;
}

void places_report(const struct places *places, struct detector_places *ret_report)
{
	uint64_t worst = 0;

	*ret_report = (struct detector_places){0};
	for (uint8_t number = 1; number <= places->count; number++) {
		uint64_t refused = places->window.sums[counter_of(number, PLACE_REFUSED)];
		uint64_t all = refused + places->window.sums[counter_of(number, PLACE_ADMITTED)];

		ret_report->count += all > 0;
		if (refused < PLACES_MIN_REFUSALS || refused * 100 < all * PLACES_MIN_PERCENT)
			continue;
		ret_report->failing++;
		if (refused > worst)
			memcpy(ret_report->worst, places->items[number].name, DETECTOR_PLACE_BYTES);
		if (refused > worst)
			worst = refused;
	}
	ret_report->spread = spread_of(ret_report);
}

/* -- rows ------------------------------------------------------------------------------------- */

int places_save(
    const struct places *places, struct places_rows kinds, const struct row_sink *sink)
{
	int error = 0;

	for (uint8_t number = 1; error == 0 && number <= places->count; number++) {
		const struct place *place = &places->items[number];
		struct row_writer row;

		if (!place->changed)
			continue;
		row_begin(&row, PLACE_ROW_VERSION);
		row_put(&row, (uint64_t)place->last_ms, 8);
		row_put(&row, place->length, 1);
		for (size_t i = 0; i < place->length; i++)
			row_put(&row, (uint8_t)place->name[i], 1);
		error = row_offer(sink, kinds.place, number, &row);
	}
	return error == 0 ? window_save(&places->window, kinds.bucket, sink) : error;
}

void places_saved(struct places *places)
{
	for (uint8_t number = 1; number <= places->count; number++)
		places->items[number].changed = false;
	window_saved(&places->window);
}

void places_offer_all(struct places *places)
{
	for (uint8_t number = 1; number <= places->count; number++)
		places->items[number].changed = true;
	window_offer_all(&places->window);
}

int places_restore(struct places *places, uint64_t number, struct view value)
{
	struct row_reader row = row_open(value, PLACE_ROW_VERSION);
	struct place place = {.last_ms = (int64_t)row_get_below(&row, 8, ROW_MAX_TIME_MS)};

	place.length = (uint8_t)row_get_below(&row, 1, DETECTOR_PLACE_BYTES);
	for (size_t i = 0; i < place.length; i++)
		place.name[i] = (char)row_get(&row, 1);
	if (!row_is_whole(&row) || place.length == 0 || number == 0 || number > PLACES_MAX ||
	    places->items[number].length != 0)
		return -EINVAL;
	places->items[number] = place;
	if (number > places->count)
		places->count = (uint8_t)number;
	return 0;
}
