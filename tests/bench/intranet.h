/* The people and programs of an invented intranet and what they ask its web server for, one request
 * after the other, in the order of time. Seeded: the same options give the same requests. */
#ifndef AUTHMEDIC_BENCH_INTRANET_H
#define AUTHMEDIC_BENCH_INTRANET_H

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

#define INTRANET_USER_BYTES    32
#define INTRANET_ADDRESS_BYTES 48
#define INTRANET_TARGET_BYTES  192

struct intranet_options {
	uint64_t seed;
	uint32_t clients;
	uint64_t requests; /* spread over a working day */
};

struct intranet_request {
	int64_t time_ms; /* UTC since 1970 */
	char address[INTRANET_ADDRESS_BYTES];
	char user[INTRANET_USER_BYTES]; /* "" where the server knows none */
	const char *method;
	char target[INTRANET_TARGET_BYTES]; /* path and perhaps query */
	const char *referer; /* path of the page, or "" for none */
	const char *agent;
	int status;
	int substatus; /* as IIS has it */
	uint32_t win32; /* as IIS has it */
	uint32_t bytes;
	uint32_t milliseconds;
};

struct intranet;

must_check int intranet_new(struct intranet **ret_intranet, const struct intranet_options *options);
void intranet_free(struct intranet **intranet);

void intranet_next(struct intranet *intranet, struct intranet_request *ret_request);

#endif
