#include "report/metrics.h"

#include <errno.h>
#include <math.h>

#include "base/array.h"
#include "base/random.h"
#include "base/table.h"
#include "base/text.h"

#define PREFIX		 "authmedic_"
#define MAX_LABELS_BYTES 16384 /* of one series, as printed */

enum kind { COUNTER, GAUGE, HISTOGRAM };

struct description {
	const char *name;
	enum kind kind;
	const char *unit;
	const char *labels[METRICS_MAX_LABELS];
	const char *help;
};

#define NAMES(...)                                                                                 \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
static const struct description descriptions[METRIC_COUNT] = {
#define METRIC(metric_name, ...) [METRIC_##metric_name] = {PREFIX #metric_name, __VA_ARGS__},
#include "report/metrics.def"
#undef METRIC
};

/* Upper bounds of every histogram's buckets, in seconds; then +Inf. */
static const double bounds[] = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

struct histogram {
	uint64_t buckets[count_of(bounds) + 1]; /* observations in each, not cumulative */
};

struct series {
	char *labels; /* `site="a",log="b"`, escaped; "" without labels */
	double value; /* a histogram's: the sum */
	struct histogram *histogram;
};

/* Names a series by hashes that are too wide to collide. */
struct series_key {
	uint64_t metric;
	uint64_t labels[METRICS_MAX_LABELS][2];
};

struct metrics {
	struct hash_seed seeds[2];
	struct table *index; /* struct series_key to struct series * */
	array_of(struct series *) series[METRIC_COUNT];
	struct series *dropped;
};

static void append_escaped(struct buffer *buffer, const char *text, const char *escaped)
{
	for (; *text != '\0'; text++) {
		if (strchr(escaped, *text) != NULL)
			buffer_append_byte(buffer, '\\');
		buffer_append_byte(buffer, *text == '\n' ? 'n' : *text);
	}
}

static void append_labels(
    struct buffer *buffer, const struct description *description, struct metric_labels labels)
{
	struct buffer auto_buffer clean;

	buffer_init(&clean, MAX_LABELS_BYTES);
	for (size_t i = 0; i < METRICS_MAX_LABELS && description->labels[i] != NULL; i++) {
		buffer_clear(&clean);
		text_append_utf8(&clean, view_of_text(labels.values[i]));
		buffer_append_format(buffer, "%s%s=\"", i > 0 ? "," : "", description->labels[i]);
		append_escaped(buffer, buffer_text(&clean), "\\\"\n");
		buffer_append_byte(buffer, '"');
	}
}

static void series_free(struct series **series)
{
	if (*series == NULL)
		return;
	free((*series)->labels);
	free((*series)->histogram);
	free(*series);
	*series = NULL;
}

static int series_new(
    struct series **ret_series, const struct description *description, struct metric_labels labels)
{
	struct series *series = calloc(1, sizeof(*series));
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, MAX_LABELS_BYTES);
	append_labels(&text, description, labels);
	error = buffer_error(&text);
	if (series == NULL || error < 0)
		goto fail;
	error = -ENOMEM;
	series->labels = view_to_text(buffer_view(&text));
	if (series->labels == NULL)
		goto fail;
	if (description->kind == HISTOGRAM) {
		series->histogram = calloc(1, sizeof(*series->histogram));
		if (series->histogram == NULL)
			goto fail;
	}
	*ret_series = series;
	return 0;
fail:
	series_free(&series);
	return error < 0 ? error : -ENOMEM;
}

static struct series_key key_of(
    const struct metrics *metrics, enum metric metric, struct metric_labels labels)
{
	struct series_key key = {.metric = metric};

	for (size_t i = 0; i < METRICS_MAX_LABELS; i++) {
		struct view value = view_of_text(labels.values[i]);

		if (descriptions[metric].labels[i] == NULL)
			break;
		key.labels[i][0] = hash_bytes(&metrics->seeds[0], value);
		key.labels[i][1] = hash_bytes(&metrics->seeds[1], value);
	}
	return key;
}

static struct series *find(
    const struct metrics *metrics, enum metric metric, struct metric_labels labels)
{
	struct series_key key = key_of(metrics, metric, labels);
	struct series **found = table_find(metrics->index, &key);

	return found != NULL ? *found : NULL;
}

static int add(struct metrics *metrics, enum metric metric, struct metric_labels labels)
{
	struct series_key key = key_of(metrics, metric, labels);
	struct series *auto_call(series_free) series = NULL;
	void *place = NULL;
	int error = series_new(&series, &descriptions[metric], labels);

	if (error < 0)
		return error;
	error = table_put(metrics->index, &key, &place);
	if (error < 0)
		return error;
	error = array_push(&metrics->series[metric], series, METRICS_MAX_SERIES);
	if (error < 0) {
		table_remove(metrics->index, &key);
		return error;
	}
	*(struct series **)place = take_pointer(series);
	return 0;
}

/* The series, made where it was not there; where it cannot be had, NULL, and counted. */
static struct series *ensure(
    struct metrics *metrics, enum metric metric, struct metric_labels labels)
{
	struct series *series = find(metrics, metric, labels);

	if (series == NULL && add(metrics, metric, labels) == 0)
		series = find(metrics, metric, labels);
	if (series == NULL && metrics->dropped != NULL)
		metrics->dropped->value++;
	return series;
}

int metrics_new(struct metrics **ret_metrics)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));
	struct table_options options = {
	    .key_bytes = sizeof(struct series_key),
	    .value_bytes = sizeof(struct series *),
	    .max_entries = METRICS_MAX_SERIES,
	};
	int error;

	if (metrics == NULL)
		return -ENOMEM;
	error = random_seed(&metrics->seeds[0]);
	if (error == 0)
		error = random_seed(&metrics->seeds[1]);
	if (error == 0)
		error = random_seed(&options.seed);
	if (error == 0)
		error = table_new(&metrics->index, &options);
	if (error < 0)
		goto fail;
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		if (descriptions[metric].labels[0] != NULL)
			continue;
		error = add(metrics, metric, LABELS(NULL));
		if (error < 0)
			goto fail;
	}
	metrics->dropped = ensure(metrics, METRIC_limits_reached_total, LABELS("metric-series"));
	if (metrics->dropped == NULL) {
		error = -ENOMEM;
		goto fail;
	}
	*ret_metrics = metrics;
	return 0;
fail:
	metrics_free(&metrics);
	return error;
}

void metrics_free(struct metrics **metrics)
{
	if (*metrics == NULL)
		return;
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		for (size_t i = 0; i < (*metrics)->series[metric].count; i++)
			series_free(&(*metrics)->series[metric].items[i]);
		array_done(&(*metrics)->series[metric]);
	}
	table_free(&(*metrics)->index);
	free(*metrics);
	*metrics = NULL;
}

void metrics_set(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value)
{
	struct series *series = ensure(metrics, metric, labels);

	if (series != NULL)
		series->value = value;
}

void metrics_add(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value)
{
	struct series *series = ensure(metrics, metric, labels);

	if (series != NULL)
		series->value += value;
}

void metrics_observe(
    struct metrics *metrics, enum metric metric, struct metric_labels labels, double value)
{
	struct series *series = ensure(metrics, metric, labels);
	size_t bucket = 0;

	if (series == NULL || series->histogram == NULL)
		return;
	while (bucket < count_of(bounds) && !(value <= bounds[bucket]))
		bucket++;
	series->histogram->buckets[bucket]++;
	series->value += value;
}

static uint64_t count_observations(const struct histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i < count_of(histogram->buckets); i++)
		count += histogram->buckets[i];
	return count;
}

double metrics_get(const struct metrics *metrics, enum metric metric, struct metric_labels labels)
{
	const struct series *series = find(metrics, metric, labels);

	if (series == NULL)
		return 0;
	return series->histogram != NULL ? (double)count_observations(series->histogram)
					 : series->value;
}

static void append_number(struct buffer *buffer, double value)
{
	char text[32];

	if (isnan(value) || isinf(value)) {
		buffer_append_text(buffer, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
		return;
	}
	/* The shortest that reads back as the same number. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buffer_append_text(buffer, text);
}

static void append_sample(
    struct buffer *buffer, struct view name, const char *suffix, const char *labels)
{
	buffer_append(buffer, name);
	buffer_append_text(buffer, suffix);
	if (labels[0] != '\0')
		buffer_append_format(buffer, "{%s}", labels);
	buffer_append_byte(buffer, ' ');
}

static void append_histogram(struct buffer *buffer, struct view name, const struct series *series)
{
	const struct histogram *histogram = series->histogram;
	const char *comma = series->labels[0] != '\0' ? "," : "";
	uint64_t count = 0;

	for (size_t i = 0; i <= count_of(bounds); i++) {
		count += histogram->buckets[i];
		buffer_append(buffer, name);
		buffer_append_format(buffer, "_bucket{%s%sle=\"", series->labels, comma);
		/* The same text in both formats, as OpenMetrics wants it: whole numbers have ".0".
		 */
		if (i == count_of(bounds))
			buffer_append_text(buffer, "+Inf");
		else
			buffer_append_format(
			    buffer, bounds[i] == trunc(bounds[i]) ? "%.1f" : "%g", bounds[i]);
		buffer_append_format(buffer, "\"} %llu\n", (unsigned long long)count);
	}
	append_sample(buffer, name, "_sum", series->labels);
	append_number(buffer, series->value);
	buffer_append_byte(buffer, '\n');
	append_sample(buffer, name, "_count", series->labels);
	buffer_append_format(buffer, "%llu\n", (unsigned long long)count);
}

static const char *const kind_names[] = {
    [COUNTER] = "counter",
    [GAUGE] = "gauge",
    [HISTOGRAM] = "histogram",
};

/* In OpenMetrics a counter's _total belongs to the sample, not to the metric. */
static void append_head(
    struct buffer *buffer, const struct description *description, enum metrics_format format)
{
	bool openmetrics = format == METRICS_OPENMETRICS;
	struct view name = view_of_text(description->name);

	if (openmetrics && description->kind == COUNTER)
		name.length -= strlen("_total");
	buffer_append_format(buffer, "# HELP %.*s ", VIEW_ARGUMENTS(name));
	append_escaped(buffer, description->help, openmetrics ? "\\\"\n" : "\\\n");
	buffer_append_format(
	    buffer, "\n# TYPE %.*s %s\n", VIEW_ARGUMENTS(name), kind_names[description->kind]);
	if (openmetrics && description->unit[0] != '\0')
		buffer_append_format(
		    buffer, "# UNIT %.*s %s\n", VIEW_ARGUMENTS(name), description->unit);
}

int metrics_print(const struct metrics *metrics, enum metrics_format format, struct buffer *buffer)
{
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		struct view name = view_of_text(descriptions[metric].name);

		if (metrics->series[metric].count > 0)
			append_head(buffer, &descriptions[metric], format);
		for (size_t i = 0; i < metrics->series[metric].count; i++) {
			const struct series *series = metrics->series[metric].items[i];

			if (series->histogram != NULL) {
				append_histogram(buffer, name, series);
				continue;
			}
			append_sample(buffer, name, "", series->labels);
			append_number(buffer, series->value);
			buffer_append_byte(buffer, '\n');
		}
	}
	if (format == METRICS_OPENMETRICS)
		buffer_append_text(buffer, "# EOF\n");
	return buffer_error(buffer);
}

int metrics_document(struct buffer *buffer)
{
	buffer_append_text(buffer, "# Metrics\n\n"
				   "What `/metrics` tells, as Prometheus text or OpenMetrics by "
				   "content negotiation. Made from\n"
				   "`agent/report/metrics.def`. Label values come from the "
				   "configuration and from authmedic's own\n"
				   "fixed words, never from a log.\n\n"
				   "| metric | type | labels | meaning |\n|---|---|---|---|\n");
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		const struct description *description = &descriptions[metric];

		buffer_append_format(
		    buffer, "| `%s` | %s | ", description->name, kind_names[description->kind]);
		for (size_t i = 0; i < METRICS_MAX_LABELS && description->labels[i] != NULL; i++)
			buffer_append_format(
			    buffer, "%s`%s`", i > 0 ? ", " : "", description->labels[i]);
		buffer_append_format(buffer, " | %s |\n", description->help);
	}
	return buffer_error(buffer);
}
