/* Rows by the first letter of their key: o the onset, d the different ones, h and w host names and
 * workers, H and W how sign-ins ended there. */
#include <errno.h>

#include "detect/detector_evidence.h"

static const struct places_rows host_rows = {'h', 'H'};
static const struct places_rows worker_rows = {'w', 'W'};

int evidence_save(const struct evidence *evidence, const struct row_sink *sink)
{
	int error = onset_save(&evidence->onset, sink);

	if (error == 0)
		error = distinct_save(&evidence->distinct, sink);
	if (error == 0)
		error = places_save(&evidence->hosts, host_rows, sink);
	return error == 0 ? places_save(&evidence->workers, worker_rows, sink) : error;
}

void evidence_saved(struct evidence *evidence)
{
	onset_saved(&evidence->onset);
	distinct_saved(&evidence->distinct);
	places_saved(&evidence->hosts);
	places_saved(&evidence->workers);
}

void evidence_offer_all(struct evidence *evidence)
{
	onset_offer_all(&evidence->onset);
	distinct_offer_all(&evidence->distinct);
	places_offer_all(&evidence->hosts);
	places_offer_all(&evidence->workers);
}

static int restore_place(
    struct places *places, struct places_rows kinds, struct view key, struct view value)
{
	uint64_t name;

	if (row_key_is(key, kinds.place, &name))
		return places_restore(places, name, value);
	if (row_key_is(key, kinds.bucket, &name))
		return window_restore(&places->window, name, value);
	return -ENOENT;
}

int evidence_restore(struct evidence *evidence, struct view key, struct view value)
{
	uint64_t name;
	int error;

	if (row_key_is(key, 'd', &name))
		return distinct_restore(&evidence->distinct, name, value);
	if (row_key_is(key, 'o', &name) && name == 0)
		return onset_restore(&evidence->onset, value);
	error = restore_place(&evidence->hosts, host_rows, key, value);
	if (error == -ENOENT)
		error = restore_place(&evidence->workers, worker_rows, key, value);
	return error == -ENOENT ? -EINVAL : error;
}

void evidence_restore_now(struct evidence *evidence, int64_t now_ms, int64_t floor_ms)
{
	evidence->hosts.window.floor_ms = floor_ms;
	evidence->workers.window.floor_ms = floor_ms;
	window_restore_now(&evidence->hosts.window, now_ms);
	window_restore_now(&evidence->workers.window, now_ms);
}
