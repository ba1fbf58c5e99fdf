/* Makes a pipeline out of its parts, and takes it apart. */
#include "daemon/pipeline_parts.h"

#include <errno.h>

#include "base/log.h"
#include "base/random.h"
#include "config/log_kinds.h"
#include "daemon/chronicle.h"
#include "daemon/memory.h"
#include "loop/clock.h"

#define EVERY_MS        1000
#define MAX_RULES_BYTES ((size_t)4 * 1024 * 1024)

static void fill_model(void *context, struct report_model *model)
{
	struct pipeline *pipeline = context;
	bool helper = helper_client_is_connected(pipeline->helper);

	model->version = AUTHMEDIC_VERSION;
	model->mode = pipeline->rulebook.config->mode == CONFIG_MODE_ACT ? "act" : "observe";
	model->now_ms = clock_now_ms();
	model->started_ms = pipeline->started_ms;
	model->helper = helper ? "connected" : "away";
	model->not_ready = pipeline->saving.error < 0 ? "the state cannot be saved"
	    : !helper                                ? "the helper cannot be reached"
	    : pipeline->catching_up                  ? "reading what was written before the start"
						     : NULL;
	model->ready = model->not_ready == NULL;
	model->state_set_aside = pipeline->set_aside;
	model->confinement = pipeline->confinement;
	model->lost_events = journal_dropped_total(pipeline->journal);
	model->lost_messages = journal_refused_total(pipeline->journal);
	model->fleet = membership_model(pipeline->membership);
	model->fallbacks =
	    overdue_model(pipeline->overdue, site_now(), &model->fallback_count);
	model->target_count = outbox_describe(pipeline->outbox, pipeline->targets);
	model->targets = pipeline->targets;
}

/* Kept with what is diagnosed by them, so that it can be made again. */
static int keep_rules(struct pipeline *pipeline)
{
	struct json auto_json *rules = rules_to_json(pipeline->rulebook.rules);
	struct buffer auto_buffer text;
	char digest[RULES_DIGEST_BYTES];
	int error;

	buffer_init(&text, MAX_RULES_BYTES);
	rules_digest(pipeline->rulebook.rules, digest);
	error = json_print(rules, &text);
	if (error == 0)
		error = store_begin(pipeline->store);
	if (error < 0)
		return error;
	error = store_put_rules(pipeline->store, digest, buffer_view(&text));
	if (error == 0)
		return store_commit(pipeline->store);
	store_rollback(pipeline->store);
	return error;
}

static int make_site(
    struct pipeline *pipeline, const struct config_site *config, struct buffer *errors)
{
	struct site *site = &pipeline->sites[pipeline->site_count];
	struct site_parts parts = {.rulebook = &pipeline->rulebook, .effects = &pipeline_effects};
	int error = random_seed(&parts.seed);

	if (error == 0)
		error = site_init(site, pipeline, config, &parts);
	if (error == 0) {
		pipeline->site_count++;
		error = memory_load_site(site, pipeline->store, pipeline->rulebook.rules);
	}
	if (error == 0)
		chronicle_begin(site, pipeline->rulebook.config->digest);
	if (error < 0)
		buffer_append_format(
		    errors, "the site %s cannot be followed: %s\n", config->name, strerror(-error));
	return error;
}

static int make_sites(struct pipeline *pipeline, struct buffer *errors)
{
	const struct config *config = pipeline->rulebook.config;
	int error = 0;

	pipeline->sites = calloc(config->sites.count + 1, sizeof(*pipeline->sites));
	if (pipeline->sites == NULL)
		return -ENOMEM;
	for (size_t i = 0; error == 0 && i < config->sites.count; i++)
		error = make_site(pipeline, &config->sites.items[i], errors);
	return error;
}

static int make_report(struct pipeline *pipeline, struct buffer *errors)
{
	const struct publisher_sources sources = {.config = pipeline->rulebook.config,
	    .rules = pipeline->rulebook.rules,
	    .signatures = pipeline->rulebook.signatures,
	    .sites = pipeline->sites,
	    .site_count = pipeline->site_count};
	struct outbox_parts outbox = {.loop = pipeline->loop,
	    .config = pipeline->rulebook.config,
	    .store = pipeline->store,
	    .journal = pipeline->journal,
	    .saving = &pipeline->saving,
	    .sites = pipeline->sites,
	    .site_count = pipeline->site_count,
	    .membership = pipeline->membership,
	    .overdue = pipeline->overdue};
	struct endpoint_parts endpoint = {.loop = pipeline->loop,
	    .rulebook = &pipeline->rulebook,
	    .store = pipeline->store,
	    .fill_model = fill_model,
	    .context = pipeline};
	int error = publisher_new(&pipeline->publisher, &sources);

	if (error < 0)
		return error;
	outbox.publisher = pipeline->publisher;
	endpoint.publisher = pipeline->publisher;
	error = outbox_new(&pipeline->outbox, &outbox, errors);
	if (error < 0)
		return error;
	return endpoint_new(&pipeline->endpoint, &endpoint, errors);
}

static int join_fleet(struct pipeline *pipeline, struct buffer *errors)
{
	const struct membership_parts parts = {.loop = pipeline->loop,
	    .config = pipeline->rulebook.config,
	    .store = pipeline->store,
	    .journal = pipeline->journal,
	    .sites = pipeline->sites,
	    .site_count = pipeline->site_count,
	    .on_change = pipeline_on_fleet,
	    .context = pipeline};

	return membership_new(&pipeline->membership, &parts, errors);
}

static int start(struct pipeline *pipeline)
{
	const struct helper_client_options helper = {.loop = pipeline->loop,
	    .config = pipeline->rulebook.config,
	    .config_file = pipeline->config_file,
	    .on_connection = pipeline_on_helper_connection,
	    .context = pipeline};
	int error = helper_client_new(&pipeline->helper, &helper);

	if (error == 0)
		error = timer_new(
		    &pipeline->every_second, pipeline->loop, pipeline_on_second, pipeline);
	if (error == 0)
		error = timer_new(&pipeline->soon, pipeline->loop, pipeline_on_soon, pipeline);
	if (error == 0)
		timer_start(pipeline->every_second, 0, EVERY_MS);
	return error;
}

static int make(struct pipeline *pipeline, struct buffer *errors)
{
	int error;

	if (keep_rules(pipeline) < 0)
		log_error("the rules could not be kept: what they say cannot be made again later");
	error = journal_new(&pipeline->journal, pipeline->rulebook.config);
	if (error == 0)
		error = make_sites(pipeline, errors);
	if (error == 0)
		error = overdue_new(&pipeline->overdue, pipeline->rulebook.config,
		    pipeline->store, pipeline->journal);
	if (error == 0)
		error = join_fleet(pipeline, errors);
	if (error == 0)
		error = make_report(pipeline, errors);
	return error < 0 ? error : start(pipeline);
}

int pipeline_new(
    struct pipeline **ret_pipeline, const struct pipeline_options *options, struct buffer *errors)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	int error;

	if (pipeline == NULL)
		return -ENOMEM;
	pipeline->loop = options->loop;
	pipeline->started_ms = options->started_ms;
	pipeline->stepped_ms = clock_monotonic_ms();
	pipeline->catching_up = true;
	pipeline->confinement = options->confinement;
	pipeline->config_file = strdup(options->config_file);
	pipeline->rulebook = options->estate->rulebook;
	pipeline->store = options->estate->store;
	pipeline->set_aside = options->estate->set_aside;
	pipeline->saving = options->estate->saving;
	error = pipeline->config_file != NULL ? make(pipeline, errors) : -ENOMEM;
	if (error < 0) {
		pipeline_close(&pipeline, options->estate);
		return error;
	}
	*ret_pipeline = pipeline;
	return 0;
}

/* The last commit may be the first one that succeeds, and leads to news of its own then. */
static void commit_all(struct pipeline *pipeline)
{
	pipeline_commit(pipeline);
	if (pipeline->saving.error == 0 && !journal_is_empty(pipeline->journal))
		pipeline_commit(pipeline);
}

void pipeline_close(struct pipeline **closing, struct estate *ret_estate)
{
	struct pipeline *pipeline = *closing;
	struct estate estate;
	bool was_made;

	*closing = NULL;
	if (pipeline == NULL)
		return;
	/* What could not be taken up leaves nothing behind: another configuration goes on. */
	was_made = pipeline->soon != NULL;
	timer_close(&pipeline->every_second);
	timer_close(&pipeline->soon);
	helper_client_close(&pipeline->helper);
	endpoint_close(&pipeline->endpoint);
	outbox_close(&pipeline->outbox);
	if (was_made)
		commit_all(pipeline);
	membership_close(&pipeline->membership);
	overdue_free(&pipeline->overdue);
	for (size_t i = 0; i < pipeline->site_count; i++)
		site_done(&pipeline->sites[i]);
	free(pipeline->sites);
	publisher_free(&pipeline->publisher);
	journal_free(&pipeline->journal);
	estate = (struct estate){
	    pipeline->rulebook, pipeline->store, pipeline->set_aside, pipeline->saving};
	if (ret_estate != NULL)
		*ret_estate = estate;
	else
		estate_done(&estate);
	free(pipeline->config_file);
	free(pipeline);
}

int pipeline_prepare(
    const struct pipeline *pipeline, struct estate *next, struct buffer *errors)
{
	const char *directory = pipeline->rulebook.config->state_dir;
	int error = pipeline->saving.error;

	if (error == -EBADMSG) {
		buffer_append_format(errors,
		    "%s: the state was damaged since it was opened: start authmedicd anew\n",
		    directory);
		return error;
	}
	error = estate_open_beside(next, pipeline->store, errors);
	/* It would begin at the last commit, and tell all anew that was told since. */
	if (error == 0 && next->store == NULL && pipeline->saving.error < 0) {
		buffer_append_format(errors, "%s: %s, and what happened since would be forgotten\n",
		    directory, pipeline->saving.text);
		error = pipeline->saving.error;
	}
	return error;
}
