/* The step's last part but one: all that it changed is committed, or nothing of it. */
#include "daemon/pipeline_parts.h"

#include "daemon/memory.h"
#include "daemon/unwatched.h"
#include "loop/clock.h"

/* Once. What was told of deaf logs stands in what is saved of the sites: before that is written
 * anew. */
static int end_unwatched(struct pipeline *pipeline)
{
	const struct unwatched unwatched = {.config = pipeline->rulebook.config,
	    .journal = pipeline->journal,
	    .sites = pipeline->sites,
	    .site_count = pipeline->site_count,
	    .is_logged = pipeline->unwatched_tried,
	    .now_ms = clock_now_ms()};

	pipeline->unwatched_tried = true;
	return pipeline->unwatched_ended ? 0 : unwatched_end(&unwatched, pipeline->store);
}

static int save(struct pipeline *pipeline)
{
	int error = journal_write(pipeline->journal, pipeline->store);

	if (error == 0)
		error = end_unwatched(pipeline);
	for (size_t i = 0; error == 0 && i < pipeline->site_count; i++)
		error = memory_save_site(&pipeline->sites[i], pipeline->store);
	if (error == 0)
		error = membership_save(pipeline->membership, pipeline->store);
	if (error == 0)
		error = overdue_save(pipeline->overdue, pipeline->store);
	return error == 0 ? store_commit(pipeline->store) : error;
}

static void note_how_saved(struct pipeline *pipeline, int error)
{
	struct notification_of_state news;

	for (size_t i = 0; i < pipeline->site_count; i++) {
		controller_on_saving(pipeline->sites[i].controller, error == 0);
		if (error == 0)
			memory_committed(&pipeline->sites[i]);
		else
			memory_lost(&pipeline->sites[i]);
	}
	if (error == 0) {
		journal_forget(pipeline->journal);
		membership_committed(pipeline->membership);
		overdue_committed(pipeline->overdue);
		pipeline->unwatched_ended = true;
	}
	if (saving_note(&pipeline->saving, error, site_now(), &news))
		journal_tell_state(pipeline->journal, &news);
}

void pipeline_commit(struct pipeline *pipeline)
{
	int error = store_begin(pipeline->store);

	if (error == 0) {
		error = save(pipeline);
		if (error < 0)
			store_rollback(pipeline->store);
	}
	note_how_saved(pipeline, error);
}
