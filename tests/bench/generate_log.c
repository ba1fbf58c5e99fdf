/* Writes an access log of an invented intranet to standard output:
 * tests/bench/generate-log [--format iis|combined] [--lines N] [--clients N] [--seed N] */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "intranet.h"

#define SITE "https://intranet.example.com"

typedef void write_request(const struct intranet_request *request, const struct tm *time);

/* The referer is a page's pattern, in which a percent sign stands twice. */
static void put_referer(const char *pattern)
{
	for (const char *at = pattern; *at != '\0'; at++) {
		putchar(*at);
		if (at[0] == '%' && at[1] == '%')
			at++;
	}
}

static void put_combined(const struct intranet_request *request, const struct tm *time)
{
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%d/%b/%Y:%H:%M:%S +0000", time);
	printf("%s - %s%s [%s] \"%s %s HTTP/1.1\" %d ", request->address,
	    request->user[0] != '\0' ? request->user : "-",
	    request->user[0] != '\0' ? "@CORP.EXAMPLE.COM" : "", stamp, request->method,
	    request->target, request->status);
	if (request->bytes > 0)
		printf("%" PRIu32, request->bytes);
	else
		putchar('-');
	if (request->referer[0] == '\0') {
		fputs(" \"-\"", stdout);
	} else {
		fputs(" \"" SITE, stdout);
		put_referer(request->referer);
		putchar('"');
	}
	printf(" \"%s\"\n", request->agent);
}

static void put_iis(const struct intranet_request *request, const struct tm *time)
{
	char stamp[32];
	const char *query = strchr(request->target, '?');
	int stem = query != NULL ? (int)(query - request->target) : (int)strlen(request->target);

	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", time);
	printf("%s 10.1.2.30 %s %.*s %s 443 %s%s %s ", stamp, request->method, stem,
	    request->target, query != NULL ? query + 1 : "-",
	    request->user[0] != '\0' ? "CORP\\" : "",
	    request->user[0] != '\0' ? request->user : "-", request->address);
	for (const char *at = request->agent; *at != '\0'; at++)
		putchar(*at == ' ' ? '+' : *at);
	putchar(' ');
	if (request->referer[0] == '\0') {
		putchar('-');
	} else {
		fputs(SITE, stdout);
		put_referer(request->referer);
	}
	printf(" %d %d %" PRIu32 " %" PRIu32 "\r\n", request->status, request->substatus,
	    request->win32, request->milliseconds);
}

static void put_iis_header(void)
{
	fputs("#Software: Microsoft Internet Information Services 10.0\r\n"
	      "#Version: 1.0\r\n"
	      "#Date: 2026-11-24 06:00:00\r\n"
	      "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
	      "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n",
	    stdout);
}

static int write_log(const struct intranet_options *options, write_request *put)
{
	struct intranet *intranet = NULL;
	int error = intranet_new(&intranet, options);

	if (error < 0)
		return error;
	for (uint64_t i = 0; i < options->requests; i++) {
		struct intranet_request request;
		struct tm time;
		time_t seconds;

		intranet_next(intranet, &request);
		seconds = (time_t)(request.time_ms / 1000);
		gmtime_r(&seconds, &time);
		put(&request, &time);
	}
	intranet_free(&intranet);
	return ferror(stdout) ? -EIO : 0;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {{"format", required_argument, NULL, 'f'},
	    {"lines", required_argument, NULL, 'l'}, {"clients", required_argument, NULL, 'c'},
	    {"seed", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
	struct intranet_options options = {.seed = 1, .clients = 20000, .requests = 5000000};
	bool iis = false;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'f')
			iis = strcmp(optarg, "iis") == 0;
		else if (option == 'l')
			options.requests = strtoull(optarg, NULL, 10);
		else if (option == 'c')
			options.clients = (uint32_t)strtoul(optarg, NULL, 10);
		else if (option == 's')
			options.seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	if (iis)
		put_iis_header();
	return write_log(&options, iis ? put_iis : put_combined) < 0;
}
