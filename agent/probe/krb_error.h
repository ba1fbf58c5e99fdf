/* What a Kerberos error message (KRB-ERROR, RFC 4120 §5.9.1) says. Such a message is signed by
 * nobody. */
#ifndef AUTHMEDIC_PROBE_KRB_ERROR_H
#define AUTHMEDIC_PROBE_KRB_ERROR_H

#include <krb5.h>

#include "base/view.h"

struct krb_error {
	int code;	 /* the protocol's, 0 … 127 */
	int64_t time_ms; /* the sender's clock when it was made */
};

/* -EBADMSG where the bytes are no such message. */
must_check int krb_error_read(
    krb5_context context, struct view message, struct krb_error *ret_error);

#endif
