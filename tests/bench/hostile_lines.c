/* What the dearest lines cost that somebody may make a server log:
 * tests/bench/hostile-lines SIGNATURES [ROUNDS]
 *
 * Each format reads lines of the greatest length, made of what its reader and the signatures look
 * at most: quotes, backslashes, spaces, digits, brackets, half a match, again and again. Prints
 * each format's dearest kind, in microseconds a line, with all that a line passes: parser,
 * signatures, detector. Ends with 1 where any takes longer than the budget. */
#include <inttypes.h>
#include <time.h>

#include "base/buffer.h"
#include "parse/parser.h"
#include "usual_options.h"

#define LINE_BYTES PARSER_MAX_LINE_BYTES
#define BUDGET_US  500.0
#define WARM_LINES 3

static const char *const heads[] = {"",
    "192.0.2.1 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 0 \"-\" \"",
    "192.0.2.1 - - [22/Nov/2026:10:04:34 +0000] \"GET / HTTP/1.1\" 401 0 \"-\" \"-\" "
    "scheme=negotiate-kerberos merr=\"GSS ERROR\" mtext=\"",
    "192.0.2.1 - ", "2026-11-22 10:04:34 192.0.2.1 GET /",
    "[Sun Nov 22 10:04:56.327950 2026] [auth_gssapi:error] [pid 1:tid 2] [client 192.0.2.1:1] ",
    "[Sun Nov 22 10:04:56.327950 2026] [auth_gssapi:error] [pid 1:tid 2] [client 192.0.2.1:1] "
    "GSS ERROR In Negotiate Auth: gss_accept_sec_context() failed: [Unspecified GSS failure.  "
    "Minor code may provide more information ( ",
    "2026/11/22 10:04:34| negotiate_kerberos_auth: ERROR: gss_accept_sec_context() failed: ",
    "2026/11/22 10:04:34 [error] 1#2: *3 gss_accept_sec_context() failed: ",
    "1795341874.123 0 192.0.2.1 TCP_DENIED/407 0 GET "};

static const char *const repeated[] = {"\"", "\\\"", "\\", " ", "  ", "\" \"", "a=\"b\" ", "0",
    "9.", "[", "[client ", "::", "=", "\t", "\"\t", "(", "Request ticket server HTTP/", "kvno ",
    "GSS ERROR ", ": ", "\xc3\xa9", "x", "%20", "authmedic-probe/", "{\"a\":", "[["};

struct bench {
	struct signatures *signatures;
	struct detector *detector;
	char *line;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct view make_line(struct bench *bench, const char *head, const char *part)
{
	size_t length = strlen(head);
	size_t part_bytes = strlen(part);

	memcpy(bench->line, head, length);
	for (; length + part_bytes <= LINE_BYTES; length += part_bytes)
		memcpy(bench->line + length, part, part_bytes);
	return view_of(bench->line, length);
}

static void pass(struct bench *bench, struct parser *parser, struct view line)
{
	static struct parsed parsed;

	parser_line(parser, line, &parsed);
	if (parsed.kind == LINE_RECORD)
		detector_record(bench->detector, &parsed.record);
	if (parsed.has_signal)
		detector_signal(bench->detector, &parsed.signal,
		    parsed.kind == LINE_RECORD ? &parsed.record : NULL);
}

/* The least of a few rounds: what else the machine does is not the line's fault. */
static double cost_us(struct bench *bench, struct parser *parser, struct view line, unsigned rounds)
{
	double least = 1e12;

	for (unsigned i = 0; i < WARM_LINES; i++)
		pass(bench, parser, line);
	for (unsigned i = 0; i < rounds; i++) {
		double began = now_us();
		double took;

		pass(bench, parser, line);
		took = now_us() - began;
		least = took < least ? took : least;
	}
	return least;
}

static int measure(struct bench *bench, const char *format, unsigned rounds, double *worst_us)
{
	struct parser *auto_call(parser_free) parser = NULL;
	size_t worst_head = 0;
	size_t worst_part = 0;
	double worst = 0;

	if (parser_new(&parser, format, bench->signatures) < 0)
		return -1;
	pass(bench, parser, VIEW("#Fields: date time c-ip cs-method cs-uri-stem sc-status"));
	for (size_t i = 0; i < count_of(heads); i++)
		for (size_t j = 0; j < count_of(repeated); j++) {
			struct view line = make_line(bench, heads[i], repeated[j]);
			double cost = cost_us(bench, parser, line, rounds);

			if (cost <= worst)
				continue;
			worst = cost;
			worst_head = i;
			worst_part = j;
		}
	printf("%-18s %8.1f us: head %zu, then %zu times ", format, worst, worst_head,
	    (LINE_BYTES - strlen(heads[worst_head])) / strlen(repeated[worst_part]));
	for (const char *at = repeated[worst_part]; *at != '\0'; at++)
		printf(*at >= ' ' && *at < 127 ? "%c" : "\\x%02x", (unsigned char)*at);
	putchar('\n');
	*worst_us = worst > *worst_us ? worst : *worst_us;
	return 0;
}

static int prepare(struct bench *bench, const char *folder, struct buffer *errors)
{
	struct detector_options options;

	bench->line = malloc(LINE_BYTES);
	if (bench->line == NULL || signatures_load(&bench->signatures, folder, errors) < 0)
		return -1;
	options = usual_options(signatures_count(bench->signatures));
	return detector_new(&bench->detector, &options);
}

int main(int argc, char **argv)
{
	struct bench bench = {0};
	struct buffer auto_buffer errors;
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 5;
	double worst_us = 0;

	buffer_init(&errors, 65536);
	if (argc < 2 || prepare(&bench, argv[1], &errors) < 0) {
		fprintf(stderr, "%s", buffer_text(&errors));
		return 2;
	}
	for (const char *const *format = parser_formats(); *format != NULL; format++)
		if (measure(&bench, *format, rounds, &worst_us) < 0)
			return 2;
	printf("matches given up for a limit: %" PRIu64 "\n",
	    signatures_limit_hits_total(bench.signatures));
	detector_free(&bench.detector);
	signatures_free(&bench.signatures);
	free(bench.line);
	return worst_us > BUDGET_US;
}
