/* A fresh ticket for one service, and the SPNEGO token made from it. Everything lives in memory and
 * is gone with kerberos_free(). Calls block for as long as the KDC takes. */
#ifndef AUTHMEDIC_PROBE_KERBEROS_H
#define AUTHMEDIC_PROBE_KERBEROS_H

#include "base/buffer.h"
#include "probe/outcome.h"

#define KERBEROS_MAX_NAME_BYTES 512

struct kerberos_request {
	const char *service;          /* HTTP/host or HTTP/host@REALM */
	const char *client_keytab;    /* a path */
	const char *client_principal; /* NULL: the first in the keytab */
};

struct kerberos_ticket {
	int64_t kvno;
	char enctype[64];
	char principal[KERBEROS_MAX_NAME_BYTES]; /* of the service */
};

struct kerberos;

must_check int kerberos_new(struct kerberos **ret_kerberos);
void kerberos_free(struct kerberos **kerberos);

/* Asks the KDC. Once for each object. -ENOKEY where there is no ticket: kerberos_reason() says
 * why. */
must_check int kerberos_get_ticket(struct kerberos *kerberos,
    const struct kerberos_request *request, struct kerberos_ticket *ret_ticket);

/* Appends the token in base64, after kerberos_get_ticket(). -ENOKEY as above. */
must_check int kerberos_append_token(struct kerberos *kerberos, struct buffer *token);

/* Of the last failure. */
enum probe_reason kerberos_reason(const struct kerberos *kerberos);
const char *kerberos_detail(const struct kerberos *kerberos);

#endif
