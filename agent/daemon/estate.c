#include "daemon/estate.h"

#include "base/log.h"
#include "config/log_kinds.h"
#include "report/model.h"
#include "state/store_file.h"

static int complain(const struct estate *estate, int error, struct buffer *errors)
{
	if (error < 0)
		buffer_append_format(errors, "%s: the state cannot be opened: %s\n",
		    estate->rulebook.config->state_dir, strerror(-error));
	return error;
}

/* What was known is lost to us: nobody shall think otherwise. */
static void find_set_aside(struct estate *estate)
{
	if (estate->set_aside == NULL &&
	    store_find_set_aside(estate->rulebook.config->state_dir, &estate->set_aside) < 0)
		return;
	log_warning("the state set aside as %s: " REPORT_SET_ASIDE_MEANS, estate->set_aside);
}

int estate_open(struct estate *estate, struct buffer *errors)
{
	int error = store_open(
	    &estate->store, estate->rulebook.config->state_dir, &estate->set_aside);

	if (error < 0)
		return complain(estate, error, errors);
	if (estate->set_aside != NULL)
		log_told(LOG_KIND_set_aside, (struct log_about){0},
		    "the state could not be used (%s) and was set aside as %s",
		    store_why_set_aside(estate->store), estate->set_aside);
	find_set_aside(estate);
	return 0;
}

int estate_open_beside(struct estate *estate, const struct store *used, struct buffer *errors)
{
	const char *directory = estate->rulebook.config->state_dir;
	int error = store_file_check_directory(directory);

	if (error < 0)
		return complain(estate, error, errors);
	return store_is_in(used, directory) ? 0 : estate_open(estate, errors);
}

void estate_take_over(struct estate *estate, struct estate *from)
{
	estate->saving = from->saving;
	if (estate->store != NULL)
		return;
	estate->store = take_pointer(from->store);
	free(take_pointer(estate->set_aside)); /* a person may have taken the file away since */
	find_set_aside(estate);
}

void estate_done(struct estate *estate)
{
	store_close(&estate->store);
	rulebook_done(&estate->rulebook);
	free(estate->set_aside);
	*estate = (struct estate){0};
}
