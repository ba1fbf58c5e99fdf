/* What the daemon knows, made ready for the report stage: the metrics and the model. */
#ifndef AUTHMEDIC_DAEMON_PUBLISHER_H
#define AUTHMEDIC_DAEMON_PUBLISHER_H

#include "daemon/site.h"
#include "report/http_server.h"
#include "report/metrics.h"
#include "report/model.h"

struct publisher;

struct publisher_sources {
	const struct config *config;
	const struct rules *rules;
	const struct signatures *signatures;
	struct site *sites;
	size_t site_count;
};

must_check int publisher_new(
    struct publisher **ret_publisher, const struct publisher_sources *sources);
void publisher_free(struct publisher **publisher);

/* Counters, as things happen. */
void publisher_on_probe(struct publisher *publisher, const struct site *site,
    enum probe_result result, int64_t duration_ms);
void publisher_on_event(
    struct publisher *publisher, const struct site *site, const struct controller_event *event);
void publisher_on_delivery(struct publisher *publisher, const char *target, const char *result);
void publisher_on_queue(struct publisher *publisher, const char *target, uint64_t length);
void publisher_on_dead_letters(struct publisher *publisher, const char *target, uint64_t count);

/* Brings what is told of the daemon itself up to date; of the model not the sites. */
void publisher_refresh_daemon(struct publisher *publisher, const struct report_model *model);
/* `certificate_until_s`: since 1970; 0: there is none. */
void publisher_refresh_endpoint(struct publisher *publisher,
    const struct http_server_totals *totals, int64_t certificate_until_s);
/* Brings the gauges of the sites up to date; the metrics stay the publisher's. */
const struct metrics *publisher_metrics(struct publisher *publisher);
/* Fills the sites in; the rest is the caller's. Lives until the next call. */
must_check int publisher_model(struct publisher *publisher, struct report_model *ret_model);
/* Puts the incidents, one or NULL for each site, into the model that was given last. */
void publisher_put_incidents(
    struct publisher *publisher, const struct report_incident *const *incidents);

#endif
