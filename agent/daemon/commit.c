/* The step's last part but one: all that it changed is committed, or nothing of it. */
#include "daemon/pipeline_parts.h"

#include "daemon/memory.h"

static int save(struct pipeline *pipeline)
{
	int error = journal_write(pipeline->journal, pipeline->store);

	for (size_t i = 0; error == 0 && i < pipeline->site_count; i++)
		error = memory_save_site(&pipeline->sites[i], pipeline->store);
	if (error == 0)
		error = membership_save(pipeline->membership, pipeline->store);
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
