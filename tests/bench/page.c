/* How long the loop is taken for the status page, and how large it is: by the number of sites, each
 * with a full day behind it and an incident. The yardstick is a copy of the same bytes. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "report/page.h"

#define NOW_MS     INT64_C(1772534562000)
#define MAX_SITES  1000
#define ROUNDS     30
#define PAGE_BYTES ((size_t)8 * 1024 * 1024)
#define MARKS      20

static struct report_site sites[MAX_SITES];
static struct report_event events[REPORT_MAX_EVENTS];
static const struct detector_totals totals = {.first_ms = -1, .last_ms = -1};

static double now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct course *make_course(void)
{
	struct course *course = NULL;
	struct course_totals sums = {0};

	if (course_new(&course, NOW_MS) < 0)
		exit(1);
	for (int64_t i = COURSE_MINUTES - 1; i >= 0; i--) {
		int64_t time_ms = NOW_MS - i * COURSE_MINUTE_MS;
		const struct course_view view = {100, (size_t)(i % 7)};

		sums.established += (uint64_t)(i * 31 % 97);
		sums.rejected += (uint64_t)(i % 3);
		course_look(course, time_ms, &view);
		course_count(course, time_ms, sums);
		course_probed(course, time_ms, PROBE_ACCEPTED);
	}
	for (int64_t i = 0; i < MARKS; i++) {
		const struct course_mark mark = {
		    .time_ms = NOW_MS - i * 3333333, .kind = COURSE_ACTION, .text = "recycle"};

		course_mark(course, &mark, NOW_MS);
	}
	return course;
}

static void make_sites(void)
{
	static struct report_incident incident = {.id = "20260303T100623000Z-51aa",
	    .diagnosis = "stale-handle",
	    .title = "The server still works with an old key",
	    .why = "Sign-in is rejected, though the keytab on disk has the right key.",
	    .advice = "Recycle the worker, then sign in once to see that it helped.",
	    .opened_ms = NOW_MS - 100000,
	    .closed_ms = -1,
	    .events = events,
	    .event_count = REPORT_MAX_EVENTS};
	struct facts *facts = NULL;
	struct course *course = make_course();

	if (facts_new(&facts) < 0)
		exit(1);
	for (size_t i = 0; i < REPORT_MAX_EVENTS; i++)
		events[i] = (struct report_event){
		    NOW_MS - 90000, "probed", "a probe ended", "rejected", ""};
	for (size_t i = 0; i < MAX_SITES; i++)
		sites[i] = (struct report_site){.name = "intranet",
		    .server = "squid",
		    .service = "HTTP/intranet.example.com",
		    .mode = "act",
		    .evidence = "probe",
		    .state = "standing",
		    .sentence = "Sign-in fails, and we do nothing now; see the incident.",
		    .totals = &totals,
		    .facts = facts,
		    .last_probe_ms = NOW_MS,
		    .last_accepted_ms = NOW_MS,
		    .expected_failure_ms = -1,
		    .incident_id = incident.id,
		    .diagnosis = "stale-handle",
		    .incident = &incident,
		    .course = course};
}

static void measure(size_t site_count, struct buffer *page, char *copy)
{
	const struct report_model model = {.version = "0",
	    .mode = "act",
	    .now_ms = NOW_MS,
	    .ready = true,
	    .helper = "connected",
	    .sites = sites,
	    .site_count = site_count};
	double longest_s = 0, all_s = 0, copy_s;

	for (int i = 0; i < ROUNDS; i++) {
		double start_s = now_s();
		double took_s;

		buffer_clear(page);
		page_print(&model, page);
		took_s = now_s() - start_s;
		all_s += took_s;
		longest_s = took_s > longest_s ? took_s : longest_s;
	}
	copy_s = now_s();
	for (int i = 0; i < ROUNDS; i++)
		memcpy(copy, page->data, page->length);
	copy_s = (now_s() - copy_s) / ROUNDS;
	printf("%5zu sites  %7zu bytes  mean %6.2f ms  longest %6.2f ms  %6.0f times a copy\n",
	    site_count, page->length, all_s / ROUNDS * 1e3, longest_s * 1e3,
	    all_s / ROUNDS / copy_s);
}

int main(void)
{
	static const size_t counts[] = {1, 2, PAGE_FULL_SITES, 50, 200, MAX_SITES};
	struct buffer auto_buffer page;
	char *auto_free copy = malloc(PAGE_BYTES);

	buffer_init(&page, PAGE_BYTES);
	if (copy == NULL)
		return EXIT_FAILURE;
	make_sites();
	for (size_t i = 0; i < count_of(counts); i++)
		measure(counts[i], &page, copy);
	return buffer_error(&page) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
