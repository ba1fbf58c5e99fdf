/* Random requests, and the ways in which servers escape what a client sent before they log it. */
#ifndef AUTHMEDIC_TESTS_PARSE_REQUESTS_H
#define AUTHMEDIC_TESTS_PARSE_REQUESTS_H

#include "base/address.h"
#include "base/buffer.h"

/* A stream of numbers that a seed repeats. */
struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);
unsigned chance_below(struct chance *chance, unsigned limit);

/* Appends bytes of a client as a server logs them. */
typedef void request_escape(struct buffer *buffer, struct view bytes);
request_escape escape_apache; /* \" \\ \n and \xhh */
request_escape escape_nginx;  /* \xHH */
request_escape escape_squid;  /* \" \\ \r \n \t, all else as it is */
request_escape escape_url;    /* %HH for all but letters and digits */
request_escape escape_json; /* \" \\ \u00hh, all else as it is */
request_escape escape_haproxy; /* #HH */
request_escape escape_nothing; /* but line ends, which no server lets through */
request_escape escape_iis;    /* + for blanks and what cannot be in a header */

/* A request with its texts as they are logged. */
struct request {
	int64_t time_ms; /* whole seconds */
	int zone_minutes;
	struct address address;
	struct buffer client;
	struct buffer user; /* "-" where there is none */
	struct buffer method;
	struct buffer target;
	struct buffer referer; /* never empty: "-" */
	struct buffer agent;   /* never empty: "-" */
	struct buffer host;
	struct buffer text; /* a server's own text about the request */
	int status;
	int64_t sent_bytes; /* -1: logged as "-" */
	bool has_user;
};

void request_init(struct request *request);
void request_done(struct request *request);
/* Makes up another one. Users are escaped by `escape_user`, other texts by `escape`. */
void request_make_up(struct request *request, struct chance *chance, request_escape *escape,
    request_escape *escape_user);

/* 22/Nov/2026:10:04:34 +0000, in the request's zone. */
void request_append_ncsa_time(const struct request *request, struct buffer *buffer);

#endif
