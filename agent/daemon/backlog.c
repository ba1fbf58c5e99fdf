#include "daemon/backlog.h"

#include "daemon/pipeline_parts.h"
#include "loop/clock.h"

#define SLICE_BYTES   ((size_t)256 * 1024)
#define SLICES_A_STEP 4

static size_t count_logs(const struct pipeline *pipeline)
{
	size_t count = 0;

	for (size_t i = 0; i < pipeline->site_count; i++)
		count += pipeline->sites[i].log_count;
	return count;
}

/* The log whose turn it is; there is one. */
static struct site_log *next_log(struct pipeline *pipeline)
{
	struct turn *turn = &pipeline->turn;

	while (turn->log >= pipeline->sites[turn->site].log_count) {
		turn->site = (turn->site + 1) % pipeline->site_count;
		turn->log = 0;
	}
	return &pipeline->sites[turn->site].logs[turn->log++];
}

/* So much that a step stays short, however many logs there are, and in turns, so that none starves
 * another. */
static void read_slices(struct pipeline *pipeline)
{
	size_t log_count = count_logs(pipeline);
	size_t slices = 0;
	size_t idle = 0; /* logs in a row that had nothing */

	while (slices < SLICES_A_STEP && idle < log_count) {
		struct site_log *log = next_log(pipeline);

		reading_tell_time(&log->reading, clock_now_ms());
		log->is_read = !intake_read(log->intake, SLICE_BYTES);
		slices += !log->is_read;
		idle = log->is_read ? idle + 1 : 0;
	}
}

/* Whether a site's logs had more than was read when each was looked at last; true where any had.
 * What came since is no backlog: a log may be written to at every moment, and must stop neither its
 * own site's clock nor that of others. */
static bool find_backlogs(struct pipeline *pipeline)
{
	bool any = false;

	for (size_t i = 0; i < pipeline->site_count; i++) {
		struct site *site = &pipeline->sites[i];

		site->catching_up = false;
		for (size_t j = 0; j < site->log_count; j++)
			site->catching_up |= !site->logs[j].is_read;
		any |= site->catching_up;
	}
	return any;
}

bool backlog_read(struct pipeline *pipeline)
{
	read_slices(pipeline);
	return find_backlogs(pipeline);
}
