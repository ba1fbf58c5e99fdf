#include <errno.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "allocation.h"

#include "base/file.h"
#include "report/metrics.h"

#define MAX_PRINTED_BYTES (4 * 1024 * 1024)

static struct metrics *metrics;
static struct buffer printed;

static int make_metrics(unused_parameter void **state)
{
	buffer_init(&printed, MAX_PRINTED_BYTES);
	return metrics_new(&metrics);
}

static int free_metrics(unused_parameter void **state)
{
	buffer_done(&printed);
	metrics_free(&metrics);
	return metrics == NULL ? 0 : -1;
}

static const char *print(enum metrics_format format)
{
	buffer_clear(&printed);
	assert_int_equal(metrics_print(metrics, format, &printed), 0);
	return buffer_text(&printed);
}

#define assert_has(format, text)   assert_non_null(strstr(print(format), (text)))
#define assert_lacks(format, text) assert_null(strstr(print(format), (text)))

static void test_series_exist_from_the_start(unused_parameter void **state)
{
	/* Without a single event the metrics without labels stand at 0, and adding 0 makes others.
	 */
	assert_has(METRICS_PROMETHEUS_TEXT,
	    "# HELP authmedic_ready 1 when authmedicd is ready, as /-/ready says, else 0.\n"
	    "# TYPE authmedic_ready gauge\n"
	    "authmedic_ready 0\n");
	assert_lacks(METRICS_PROMETHEUS_TEXT, "authmedic_probes_total");
	metrics_add(metrics, METRIC_probes_total, LABELS("intranet", "accepted"), 0);
	assert_has(METRICS_PROMETHEUS_TEXT,
	    "\nauthmedic_probes_total{site=\"intranet\",result=\"accepted\"} 0\n");
}

static void test_set_and_add(unused_parameter void **state)
{
	/* Each label set is a series of its own. */
	metrics_add(metrics, METRIC_handshakes_total, LABELS("a", "ntlm", "rejected"), 2);
	metrics_add(metrics, METRIC_handshakes_total, LABELS("a", "ntlm", "rejected"), 1);
	metrics_add(metrics, METRIC_handshakes_total, LABELS("a", "ntlm", "established"), 5);
	metrics_set(metrics, METRIC_log_bytes_total, LABELS("a", "/x"), 7);
	metrics_set(metrics, METRIC_log_bytes_total, LABELS("a", "/x"), 6);
	assert_true(
	    metrics_get(metrics, METRIC_handshakes_total, LABELS("a", "ntlm", "rejected")) == 3);
	assert_true(
	    metrics_get(metrics, METRIC_handshakes_total, LABELS("a", "ntlm", "established")) == 5);
	assert_true(metrics_get(metrics, METRIC_log_bytes_total, LABELS("a", "/x")) == 6);
	assert_true(metrics_get(metrics, METRIC_log_bytes_total, LABELS("a", "/y")) == 0);
	assert_true(metrics_get(metrics, METRIC_log_lines_total, LABELS("a", "/x")) == 0);
	assert_lacks(METRICS_PROMETHEUS_TEXT, "/y");
}

static void test_label_borders(unused_parameter void **state)
{
	/* Values that only look alike when they are joined are told apart. */
	metrics_set(metrics, METRIC_deaf, LABELS("ab", "c"), 1);
	assert_true(metrics_get(metrics, METRIC_deaf, LABELS("a", "bc")) == 0);
	assert_true(metrics_get(metrics, METRIC_deaf, LABELS("ab", "c")) == 1);
	assert_true(metrics_get(metrics, METRIC_deaf, LABELS("ab")) == 0);
}

static void test_escaping(unused_parameter void **state)
{
	/* No label value can end its quotes or its line, and what is printed is UTF-8. */
	metrics_set(metrics, METRIC_deaf, LABELS("a\"b\\c\nd", "/\xff\xc3\xa9"), 1);
	assert_has(METRICS_PROMETHEUS_TEXT,
	    "\nauthmedic_deaf{site=\"a\\\"b\\\\c\\nd\",log=\"/\xef\xbf\xbd\xc3\xa9\"} 1\n");
	assert_has(METRICS_OPENMETRICS,
	    "\nauthmedic_deaf{site=\"a\\\"b\\\\c\\nd\",log=\"/\xef\xbf\xbd\xc3\xa9\"} 1\n");
}

static void test_numbers(unused_parameter void **state)
{
	/* Numbers read back as the same number, and the odd ones have the words of the format. */
	static const struct {
		double value;
		const char *text;
	} cases[] = {
	    {0, "0"},
	    {0.1, "0.1"},
	    {1.0 / 3, "0.3333333333333333"},
	    {-2.5, "-2.5"},
	    {1700000000.123, "1700000000.123"},
	    {9007199254740993.0, "9007199254740992"},
	    {1e300, "1e+300"},
	    {NAN, "NaN"},
	    {INFINITY, "+Inf"},
	    {-INFINITY, "-Inf"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		char line[64];

		metrics_set(metrics, METRIC_ready, LABELS(NULL), cases[i].value);
		snprintf(line, sizeof(line), "\nauthmedic_ready %s\n", cases[i].text);
		assert_has(METRICS_PROMETHEUS_TEXT, line);
	}
}

static void test_openmetrics(unused_parameter void **state)
{
	/* OpenMetrics: a counter's metric has no _total but its sample has, units are named,
	 * quotes in help are escaped, and the end is marked. */
	metrics_add(metrics, METRIC_log_bytes_total, LABELS("a", "/x"), 7);
	assert_has(METRICS_OPENMETRICS,
	    "# HELP authmedic_log_bytes Bytes read from the log.\n"
	    "# TYPE authmedic_log_bytes counter\n"
	    "# UNIT authmedic_log_bytes bytes\n"
	    "authmedic_log_bytes_total{site=\"a\",log=\"/x\"} 7\n");
	assert_has(METRICS_PROMETHEUS_TEXT,
	    "# HELP authmedic_log_bytes_total Bytes read from the log.\n"
	    "# TYPE authmedic_log_bytes_total counter\n"
	    "authmedic_log_bytes_total{site=\"a\",log=\"/x\"} 7\n");
	assert_lacks(METRICS_PROMETHEUS_TEXT, "# UNIT");
	assert_lacks(METRICS_PROMETHEUS_TEXT, "# EOF");
	print(METRICS_OPENMETRICS);
	assert_true(view_ends_with(buffer_view(&printed), VIEW("\n# EOF\n")));
}

static void test_histogram(unused_parameter void **state)
{
	/* Buckets are cumulative, their borders belong to them, and the last holds everything. */
	static const double observed[] = {0.01, 0.011, 1, 1000, 0.5};
	struct metric_labels labels = LABELS("a");

	metrics_add(metrics, METRIC_probe_duration_seconds, labels, 0);
	assert_true(metrics_get(metrics, METRIC_probe_duration_seconds, labels) == 0);
	for (size_t i = 0; i < count_of(observed); i++)
		metrics_observe(metrics, METRIC_probe_duration_seconds, labels, observed[i]);
	assert_true(metrics_get(metrics, METRIC_probe_duration_seconds, labels) == 5);
	assert_has(METRICS_OPENMETRICS,
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"0.01\"} 1\n"
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"0.025\"} 2\n");
	assert_has(METRICS_OPENMETRICS,
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"0.5\"} 3\n"
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"1.0\"} 4\n");
	assert_has(METRICS_PROMETHEUS_TEXT,
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"30.0\"} 4\n"
	    "authmedic_probe_duration_seconds_bucket{site=\"a\",le=\"+Inf\"} 5\n"
	    "authmedic_probe_duration_seconds_sum{site=\"a\"} 1001.521\n"
	    "authmedic_probe_duration_seconds_count{site=\"a\"} 5\n");
}

static void test_too_many_series(unused_parameter void **state)
{
	/* Beyond the maximum new series are dropped and counted; known ones still count. */
	char name[16];

	for (int i = 0; i < METRICS_MAX_SERIES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		metrics_set(metrics, METRIC_keytab_kvno, LABELS(name), 1);
	}
	assert_true(metrics_get(metrics, METRIC_limits_reached_total, LABELS("metric-series")) > 0);
	metrics_set(metrics, METRIC_keytab_kvno, LABELS("0"), 2);
	assert_true(metrics_get(metrics, METRIC_keytab_kvno, LABELS("0")) == 2);
	metrics_observe(metrics, METRIC_probe_duration_seconds, LABELS("x"), 1);
	assert_true(metrics_get(metrics, METRIC_keytab_kvno, LABELS(name)) == 0);
}

static void test_small_buffer(unused_parameter void **state)
{
	/* Where the answer does not fit, printing fails instead of telling half. */
	struct buffer auto_buffer small;

	buffer_init(&small, 100);
	assert_int_equal(metrics_print(metrics, METRICS_PROMETHEUS_TEXT, &small), -E2BIG);
}

static void test_no_memory(unused_parameter void **state)
{
	/* Wherever memory runs out, making metrics fails whole, and a lost series is counted. */
	struct metrics *other = NULL;
	int error = -ENOMEM;

	for (int count = 0; error < 0; count++) {
		allocation_fail_after(count);
		error = metrics_new(&other);
		allocation_restore();
		if (error < 0) {
			assert_int_equal(error, -ENOMEM);
			assert_null(other);
		}
	}
	allocation_fail_after(0);
	metrics_add(other, METRIC_keytab_kvno, LABELS("a"), 1);
	allocation_restore();
	assert_true(metrics_get(other, METRIC_limits_reached_total, LABELS("metric-series")) == 1);
	assert_true(metrics_get(other, METRIC_keytab_kvno, LABELS("a")) == 0);
	metrics_free(&other);
}

/* One series of every metric. */
static void fill(void)
{
	for (enum metric metric = 0; metric < METRIC_COUNT; metric++) {
		struct metric_labels labels = LABELS("intranet", "/var/log/a\"b.log", "rejected");

		if (metric == METRIC_probe_duration_seconds)
			metrics_observe(metrics, metric, labels, 0.2);
		else
			metrics_set(metrics, metric, labels, 1.5);
	}
}

/* Runs promtool with the printed metrics as its input; its exit status, and what it said. */
static int run_promtool(struct buffer *output)
{
	char bytes[4096];
	int in[2], out[2], status;
	ssize_t count;
	pid_t child;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(in[1]);
		close(out[0]);
		execlp("promtool", "promtool", "check", "metrics", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	count = write(in[1], printed.data, printed.length);
	close(in[1]);
	while ((count = read(out[0], bytes, sizeof(bytes))) > 0)
		buffer_append(output, view_of(bytes, (size_t)count));
	close(out[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_promtool(unused_parameter void **state)
{
	/* Prometheus's own check has nothing to say about any metric. */
	struct buffer auto_buffer output;
	int exit_status;

	buffer_init(&output, 65536);
	fill();
	print(METRICS_PROMETHEUS_TEXT);
	exit_status = run_promtool(&output);
	if (exit_status == 127)
		skip();
	assert_string_equal(buffer_text(&output), "");
	assert_int_equal(exit_status, 0);
}

static void test_document(unused_parameter void **state)
{
	/* docs/metrics.md says what the table says. Run this program with AUTHMEDIC_UPDATE=1 to
	 * write it anew. */
	struct buffer auto_buffer wanted;
	struct buffer auto_buffer found;
	char path[1024];

	buffer_init(&wanted, MAX_PRINTED_BYTES);
	buffer_init(&found, MAX_PRINTED_BYTES);
	assert_int_equal(metrics_document(&wanted), 0);
	snprintf(path, sizeof(path), "%s/docs/metrics.md", getenv("AUTHMEDIC_SOURCE_DIR"));
	if (getenv("AUTHMEDIC_UPDATE") != NULL) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fwrite(wanted.data, 1, wanted.length, file);
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(file_read(path, &found), 0);
	assert_string_equal(buffer_text(&found), buffer_text(&wanted));
}

#define metrics_test(function) cmocka_unit_test_setup_teardown(function, make_metrics, free_metrics)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    metrics_test(test_series_exist_from_the_start),
	    metrics_test(test_set_and_add),
	    metrics_test(test_label_borders),
	    metrics_test(test_escaping),
	    metrics_test(test_numbers),
	    metrics_test(test_openmetrics),
	    metrics_test(test_histogram),
	    metrics_test(test_too_many_series),
	    metrics_test(test_small_buffer),
	    metrics_test(test_no_memory),
	    metrics_test(test_promtool),
	    metrics_test(test_document),
	};

	return cmocka_run_group_tests_name("report/metrics", tests, NULL, NULL);
}
