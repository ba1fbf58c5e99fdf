/* Every metric, declared once in metrics.def; series exist from the start. Label values come from
 * the configuration and from our own fixed words only. */
#ifndef AUTHMEDIC_REPORT_METRICS_H
#define AUTHMEDIC_REPORT_METRICS_H

#include "base/buffer.h"

#define METRICS_MAX_LABELS 3
#define METRICS_MAX_SERIES 65536

enum metric {
#define METRIC(name, ...) METRIC_##name,
#include "report/metrics.def"
#undef METRIC
	METRIC_COUNT
};

/* In the order of the metric's label names; unused ones NULL. */
struct metric_labels {
	const char *values[METRICS_MAX_LABELS];
};
#define LABELS(...) ((struct metric_labels){{__VA_ARGS__}})

struct metrics;

must_check int metrics_new(struct metrics **ret_metrics);
void metrics_free(struct metrics **metrics);

/* Each makes the series where it does not exist: add 0 to have it from the start. Those without
 * labels exist at once. Beyond METRICS_MAX_SERIES: dropped and counted. A counter may be set, to a
 * total that is kept elsewhere. */
void metrics_set(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value);
void metrics_add(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value);
/* For histograms: one more observation. */
void metrics_observe(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value);
/* 0 where there is no such series; a histogram's number of observations. */
double metrics_get(
    const struct metrics *metrics, enum metric metric, struct metric_labels labels);

enum metrics_format { METRICS_PROMETHEUS_TEXT, METRICS_OPENMETRICS };
/* What the client's Accept header asks for. */
enum metrics_format metrics_negotiate(struct view accept);
const char *metrics_content_type(enum metrics_format format);
must_check int metrics_print(
    const struct metrics *metrics, enum metrics_format format, struct buffer *buffer);
/* docs/metrics.md: every metric with its labels and what it means. */
must_check int metrics_document(struct buffer *buffer);

#endif
