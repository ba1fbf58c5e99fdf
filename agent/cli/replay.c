#include "cli/verbs.h"

#include <errno.h>

#include "base/text.h"
#include "cli/replay_events.h"
#include "daemon/reading.h"
#include "daemon/rulebook.h"
#include "intake/lines.h"

/* Small enough that what was read is still in the processor's cache when it is looked at. */
#define CHUNK_BYTES ((size_t)128 * 1024)

/* One site's old logs on their way through the daemon's own stages, with the log's time as clock.
 */
struct replay {
	const struct invocation *invocation;
	const struct rulebook *rulebook;
	const struct config_site *site;
	struct detector *detector;
	struct reading reading;
	struct intake_totals totals;
	struct replay_totals *sum;
	bool spike;
};

static void tell_spike(struct replay *replay)
{
	const struct replay_spike spike = {.rulebook = replay->rulebook,
	    .site = replay->site,
	    .detector = replay->detector,
	    .json = replay->invocation->json};

	replay->spike = !replay->spike;
	replay_tell_spike(&spike);
}

/* The daemon looks at the window after each batch; here each line is a batch. */
static void look(struct replay *replay)
{
	if (detector_has_spike(replay->detector) != replay->spike)
		tell_spike(replay);
}

static void on_line(void *context, struct view line, bool new_file)
{
	struct replay *replay = context;

	reading_line(&replay->reading, line, new_file, NULL);
	look(replay);
}

static int read_file(struct replay *replay, FILE *file)
{
	const struct intake_callbacks callbacks = {on_line, replay};
	struct lines lines = {.callbacks = &callbacks, .totals = &replay->totals, .first = true};
	auto_free char *bytes = malloc(CHUNK_BYTES + LINES_MAX_PARTIAL_BYTES);
	size_t kept = 0;
	size_t length;

	if (bytes == NULL)
		return -ENOMEM;
	while ((length = fread(bytes + kept, 1, CHUNK_BYTES, file)) > 0) {
		size_t taken;

		replay->totals.bytes += length;
		kept += length;
		taken = lines_take(&lines, view_of(bytes, kept));
		kept -= taken;
		memmove(bytes, bytes + taken, kept);
		/* What is left beyond one line's beginning are NULs that never became bytes. */
		if (kept > LINES_MAX_PARTIAL_BYTES)
			kept = LINES_MAX_PARTIAL_BYTES;
	}
	lines_finish(&lines, view_of(bytes, kept));
	return ferror(file) ? -EIO : 0;
}

static int replay_log(struct replay *replay, const char *path, const struct config_log *log)
{
	FILE *auto_fclose file = fopen(path, "rb");
	int error;

	if (file == NULL)
		return complain(EXIT_UNAVAILABLE, "%s: %s", path, strerror(errno));
	if (reading_init(&replay->reading, log, replay->detector, replay->rulebook->signatures) < 0)
		return complain(EXIT_CONFIG, "%s: no such log format: %s", path, log->format);
	replay->totals = (struct intake_totals){0};
	error = read_file(replay, file);
	replay_add(replay->sum, &replay->reading.totals, &replay->totals);
	reading_done(&replay->reading);
	return error == 0 ? EXIT_DONE
			  : complain(EXIT_UNAVAILABLE, "%s: %s", path, strerror(-error));
}

/* The configured log that a file on the command line is one of: that whose path is most like it. */
static const struct config_log *find_log(
    const struct config *config, const char *path, const struct config_site **ret_site)
{
	const struct config_log *found = NULL;
	size_t best = 0;

	for (size_t i = 0; i < config->sites.count; i++) {
		const struct config_site *site = &config->sites.items[i];

		for (size_t j = 0; j < site->logs.count; j++) {
			size_t likeness = replay_likeness(&site->logs.items[j], path);

			if (likeness <= best)
				continue;
			best = likeness;
			*ret_site = site;
			found = &site->logs.items[j];
		}
	}
	return found;
}

struct job {
	const char *path;
	const struct config_site *site;
	struct config_log log;
};

/* A file that no site names is read as the first site's, in the format that it shows. */
static struct job job_of(
    const struct invocation *invocation, const struct config *config, const char *path)
{
	struct job job = {.path = path, .site = &config->sites.items[0]};
	const struct config_log *log = find_log(config, path, &job.site);

	if (log != NULL)
		job.log = *log;
	else
		job.log = (struct config_log){.path = (char *)path, .format = (char *)"auto"};
	if (invocation->format != NULL)
		job.log.format = (char *)invocation->format;
	return job;
}

static size_t collect_jobs(
    const struct invocation *invocation, const struct config *config, struct job *jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < invocation->argument_count && count < REPLAY_MAX_LOGS; i++)
		jobs[count++] = job_of(invocation, config, invocation->arguments[i]);
	for (size_t i = 0; invocation->argument_count == 0 && i < config->sites.count; i++)
		for (size_t j = 0; j < config->sites.items[i].logs.count && count < REPLAY_MAX_LOGS;
		     j++)
			jobs[count++] = (struct job){config->sites.items[i].logs.items[j].path,
			    &config->sites.items[i], config->sites.items[i].logs.items[j]};
	return count;
}

/* All logs of one site, in the order given. */
static int replay_site(struct replay *replay, const struct job *jobs, size_t count)
{
	/* Not random: the same log gives the same output, to the byte. */
	static const struct hash_seed seed;
	int exit_code = EXIT_DONE;

	if (reading_new_detector(&replay->detector, replay->rulebook, replay->site, &seed) < 0)
		return complain(EXIT_UNAVAILABLE, "no memory");
	for (size_t i = 0; exit_code == EXIT_DONE && i < count; i++)
		if (jobs[i].site == replay->site)
			exit_code = replay_log(replay, jobs[i].path, &jobs[i].log);
	detector_finish(replay->detector);
	look(replay);
	replay_add_site(replay->sum, detector_totals(replay->detector));
	detector_free(&replay->detector);
	return exit_code;
}

static int replay_all(const struct invocation *invocation, const struct rulebook *rulebook)
{
	auto_free struct job *jobs = calloc(REPLAY_MAX_LOGS, sizeof(*jobs));
	struct replay_totals sum = replay_totals_none;
	size_t count;
	int exit_code = EXIT_DONE;

	if (jobs == NULL)
		return complain(EXIT_UNAVAILABLE, "no memory");
	count = collect_jobs(invocation, rulebook->config, jobs);
	for (size_t i = 0; exit_code == EXIT_DONE && i < rulebook->config->sites.count; i++) {
		struct replay replay = {.invocation = invocation,
		    .rulebook = rulebook,
		    .site = &rulebook->config->sites.items[i],
		    .sum = &sum};

		exit_code = replay_site(&replay, jobs, count);
	}
	if (exit_code != EXIT_DONE)
		return exit_code;
	return invocation->json ? replay_print_summary(&sum) : replay_tell_summary(&sum);
}

int verb_replay(const struct invocation *invocation)
{
	struct rulebook rulebook;
	struct buffer auto_buffer errors;
	int exit_code;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	if (invocation->argument_count > REPLAY_MAX_LOGS)
		return complain(EXIT_USAGE, "at most %d logs at once", REPLAY_MAX_LOGS);
	if (rulebook_load(&rulebook, invocation->config_file, &errors) < 0) {
		print_errors(&errors);
		return EXIT_CONFIG;
	}
	exit_code = rulebook.config->sites.count > 0
	    ? replay_all(invocation, &rulebook)
	    : complain(EXIT_CONFIG, "the configuration names no site");
	rulebook_done(&rulebook);
	return exit_code;
}
