/* One HTTP GET that blocks, for programs that may block: the probe and the command line.
 *
 * No redirects, no proxies, no .netrc, no credentials of its own; http and https only. The caller
 * ignores SIGPIPE. */
#ifndef AUTHMEDIC_PROBE_HTTP_GET_H
#define AUTHMEDIC_PROBE_HTTP_GET_H

#include "base/buffer.h"

#define HTTP_MAX_AUTHENTICATE_BYTES (128 * 1024)
#define HTTP_MAX_ADDRESS_BYTES      280 /* [IPv6]:PORT, or a name's 255 bytes and the port */

struct http_request {
	const char *url;
	const char *user_agent;
	const char *header;  /* one more "Name: value", or NULL */
	const char *ca_file; /* PEM; NULL: what the system trusts */
	const char *connect_to; /* HOST:PORT to connect to instead of the URL's, or NULL */
	const char *socket_path; /* of a socket in the file system to connect to instead, or NULL */
	int64_t timeout_ms;  /* for all of it, > 0 */
	/* After the headers the body is waited for so long, and what hinders it does not matter; 0:
	 * all of it is wanted. */
	int64_t body_within_ms;
};

struct http_reply {
	int status;
	struct buffer body;         /* what fits into its maximum */
	bool body_cut;              /* there may be more, which was not read */
	struct buffer authenticate; /* WWW- and Proxy-Authenticate values, a line each */
	char address[HTTP_MAX_ADDRESS_BYTES]; /* that was connected to, with the port; or "" */
	int64_t connect_ms; /* TCP and TLS; -1: no connection */
	int64_t answer_ms;  /* from the request to the first byte of the reply; -1: no reply */
	bool from_cache;    /* by its Age header */
	int64_t date_s;     /* the Date header, seconds since 1970; -1: none, or from a cache */
	struct buffer message;      /* after a failure, what the library says; not escaped */
};

void http_reply_init(struct http_reply *reply, size_t max_body_bytes);
void http_reply_done(struct http_reply *reply);

/* Fills a reply that was just initialised. 0 for any status. -EINVAL: the URL is not usable;
 * -ECONNREFUSED: no connection, or the name has no address; -EPROTO: TLS failed;
 * -ETIMEDOUT; -EBADMSG: what came is not HTTP; -ENOMEM. */
must_check int http_get(const struct http_request *request, struct http_reply *reply);

#endif
