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

/* The ticket as it was given, encrypted, after kerberos_get_ticket(); the object's. It is a secret
 * all the same: never printed. */
struct view kerberos_ticket_bytes(const struct kerberos *kerberos);

/* Asks a KDC for nothing but its time: with a request for `principal` that it must refuse. -ENOKEY
 * where none answered with one. Once for each object, instead of kerberos_get_ticket(). */
must_check int kerberos_ask_time(struct kerberos *kerberos, const char *principal);

/* The KDC's clock minus ours in milliseconds, from whatever it answered last, a refusal as well. It
 * is signed by nobody where that was one. -ENODATA where it did not tell. */
must_check int kerberos_kdc_skew_ms(const struct kerberos *kerberos, int64_t *ret_skew_ms);

/* The Kerberos error in a server's answer: its code, and the server's clock minus ours. -EBADMSG
 * where it is none. */
struct kerberos_error {
	int code;
	int64_t skew_ms;
};
must_check int kerberos_read_error(
    struct kerberos *kerberos, struct view message, struct kerberos_error *ret_error);

/* Of the last failure. */
enum probe_reason kerberos_reason(const struct kerberos *kerberos);
const char *kerberos_detail(const struct kerberos *kerberos);

#endif
