/* Stands in for authmedic-probe in the demo, where there is no KDC: the same facts, the same exit
 * codes. */
#include "cli/demo.h"

#include "probe/http_get.h"

#define TIMEOUT_MS       3000
#define EXIT_ACCEPTED    0
#define EXIT_REJECTED    1
#define EXIT_UNREACHABLE 4
#define MAX_BODY_BYTES   1024

static int result(int exit_code, const char *name, const char *reason)
{
	printf("probe.result=%s\nprobe.reason=%s\n", name, reason);
	return exit_code;
}

int verb_demo_probe(const struct invocation *invocation)
{
	char url[128];
	const struct http_request request = {
	    .url = url, .user_agent = "authmedic-probe/demo", .timeout_ms = TIMEOUT_MS};
	struct http_reply reply;
	uint32_t kvno;
	int status;
	int error;

	if (invocation->argument_count != 2)
		return EXIT_USAGE;
	if (demo_read_kvno(invocation->arguments[0], &kvno) < 0)
		return result(EXIT_UNREACHABLE, "unreachable", "no-kdc-file");
	printf("ticket.kvno=%u\nticket.principal=" DEMO_SERVICE "@" DEMO_REALM "\n", kvno);
	snprintf(url, sizeof(url), "http://127.0.0.1:%s/sign-in", invocation->arguments[1]);
	http_reply_init(&reply, MAX_BODY_BYTES);
	error = http_get(&request, &reply);
	status = reply.status;
	http_reply_done(&reply);
	if (error < 0)
		return result(EXIT_UNREACHABLE, "unreachable", "connect");
	printf("probe.http_status=%d\n", status);
	if (status == 200)
		return result(EXIT_ACCEPTED, "accepted", "ok");
	return status == 401 ? result(EXIT_REJECTED, "rejected", "refused")
			     : result(EXIT_UNREACHABLE, "unreachable", "http");
}
