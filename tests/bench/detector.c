/* What a record costs the detector, by the kind of log, and what its memory comes to:
 * tests/bench/detector [RECORDS]
 *
 * Prints a line for each kind, the best of a few rounds: nanoseconds of processor time a record,
 * records a second, resident memory gained, voters seen. Each round is a process of its own, so
 * that the memory is its own too. */
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "usual_options.h"

#define CLIENTS    20000
#define STRANGERS  1000000
#define PER_SECOND 1000
#define ROUNDS     3

typedef void fill_record(struct record *record, uint64_t number);

static const struct view agents[] = {
    VIEW("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	 "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"),
    VIEW("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
	 "Gecko) Version/17.5 Safari/605.1.15"),
    VIEW("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"),
};

static const struct view targets[] = {
    VIEW("/"),
    VIEW("/intranet/news/index.html"),
    VIEW("/intranet/api/v2/people?search=smith&limit=50"),
    VIEW("/static/css/site.4f2a91c.css"),
};

/* Scattered over the clients as they would be in a log. */
static void be_client(struct record *record, uint64_t number, uint64_t clients)
{
	uint32_t client = (uint32_t)(number * UINT64_C(2654435761) % clients);

	record->address.family = 4;
	record->address.bytes[0] = 10;
	memcpy(record->address.bytes + 1, &client, 3);
	record->agent = agents[client % count_of(agents)];
	record->target = targets[number % count_of(targets)];
}

static void fill_combined(struct record *record, uint64_t number)
{
	be_client(record, number / 2, CLIENTS);
	record->target = targets[number / 2 % count_of(targets)];
	record->status = number % 2 == 0 ? 401 : 200;
	record->user = number % 2 == 0 ? VIEW("") : VIEW("alice@EXAMPLE.TEST");
}

static void fill_preemptive(struct record *record, uint64_t number)
{
	be_client(record, number, CLIENTS);
	record->status = 200;
	record->user = VIEW("alice@EXAMPLE.TEST");
}

static void fill_tokens(struct record *record, uint64_t number)
{
	fill_combined(record, number);
	record->scheme = number % 2 == 0 ? SCHEME_NONE : SCHEME_KERBEROS;
	record->reply = number % 2 == 0 ? REPLY_UNKNOWN : REPLY_DONE;
}

static void fill_iis(struct record *record, uint64_t number)
{
	fill_combined(record, number);
	record->substatus = number % 2 == 0 ? 2 : 0;
	record->win32 = number % 2 == 0 ? 5 : 0;
}

static void fill_iis_names(struct record *record, uint64_t number)
{
	fill_preemptive(record, number);
	record->substatus = 0;
	record->win32 = 0;
}

static void fill_outage(struct record *record, uint64_t number)
{
	fill_combined(record, number);
	record->status = 401;
	record->user = VIEW("");
	record->scheme = number % 2 == 0 ? SCHEME_NONE : SCHEME_KERBEROS;
	record->reply = number % 2 == 0 ? REPLY_UNKNOWN : REPLY_REJECT;
}

static void fill_public(struct record *record, uint64_t number)
{
	be_client(record, number, CLIENTS);
	record->status = 200;
}

static void fill_strangers(struct record *record, uint64_t number)
{
	be_client(record, number, STRANGERS);
	record->status = 401;
}

static void fill_admitted_strangers(struct record *record, uint64_t number)
{
	be_client(record, number, STRANGERS);
	record->status = 200;
	record->user = VIEW("alice@EXAMPLE.TEST");
}

/* One client that asks for one page on one connection after the other, and for one page after the
 * other on one connection. */
static void fill_flood(struct record *record, uint64_t number)
{
	static char connection[32];
	static char target[32];

	be_client(record, 1, CLIENTS);
	snprintf(connection, sizeof(connection), "%" PRIu64, number % 2 == 0 ? number : 1);
	snprintf(target, sizeof(target), "/%" PRIu64, number % 2 == 0 ? 1 : number);
	record->connection = view_of_text(connection);
	record->target = view_of_text(target);
	record->status = 401;
	record->scheme = SCHEME_NONE;
}

static long resident_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct result {
	double seconds;
	long gained_kib;
	uint64_t voters;
};

static int measure(fill_record *fill, uint64_t count, struct result *ret_result)
{
	const struct detector_options options = usual_options(32);
	struct record record = {.substatus = -1, .win32 = -1, .sent_bytes = -1};
	long before_kib = resident_kib();
	double began = now_seconds();
	struct detector *detector;
	int error = detector_new(&detector, &options);

	if (error < 0)
		return error;
	for (uint64_t i = 0; i < count; i++) {
		record.time_ms = INT64_C(1700000000000) + (int64_t)(i / PER_SECOND) * 1000;
		fill(&record, i);
		detector_record(detector, &record);
	}
	*ret_result = (struct result){.seconds = now_seconds() - began,
	    .gained_kib = resident_kib() - before_kib,
	    .voters = detector_totals(detector)->voters};
	detector_free(&detector);
	return 0;
}

/* The child's result comes through a pipe; no bytes where it failed. */
static bool measure_apart(fill_record *fill, uint64_t count, struct result *ret_result)
{
	int ends[2];
	ssize_t length;
	pid_t child;

	if (pipe(ends) < 0)
		return false;
	child = fork();
	if (child == 0) {
		struct result result;

		_exit(measure(fill, count, &result) < 0 ||
		    write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	close(ends[1]);
	length = child > 0 ? read(ends[0], ret_result, sizeof(*ret_result)) : -1;
	close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return length == sizeof(*ret_result);
}

static bool run(const char *name, fill_record *fill, uint64_t count)
{
	struct result best = {.seconds = 1e9};

	for (int i = 0; i < ROUNDS; i++) {
		struct result result;

		if (!measure_apart(fill, count, &result))
			return false;
		if (result.seconds < best.seconds)
			best = result;
	}
	printf("%-36s %6.1f ns a record %6.1f M/s %6ld KiB %9" PRIu64 " voters\n", name,
	    best.seconds * 1e9 / (double)count, (double)count / best.seconds / 1e6, best.gained_kib,
	    best.voters);
	return true;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		fill_record *fill;
	} kinds[] = {
	    {"public pages", fill_public},
	    {"names, no challenges (combined)", fill_preemptive},
	    {"challenge and answer (combined)", fill_combined},
	    {"challenge and answer (with tokens)", fill_tokens},
	    {"challenge and answer (IIS)", fill_iis},
	    {"names, no challenges (IIS)", fill_iis_names},
	    {"outage (with tokens)", fill_outage},
	    {"one client floods", fill_flood},
	    {"a million strangers ask", fill_strangers},
	    {"a million voters get in", fill_admitted_strangers},
	};
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < count_of(kinds); i++)
		if (!run(kinds[i].name, kinds[i].fill, count))
			return 1;
	return 0;
}
