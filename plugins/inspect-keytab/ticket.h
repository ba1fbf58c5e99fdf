/* A fresh ticket of our own for the service, and whether a keytab has the key for it. The ticket
 * never leaves the process. */
#ifndef AUTHMEDIC_PLUGINS_TICKET_H
#define AUTHMEDIC_PLUGINS_TICKET_H

#include "base/buffer.h"
#include "probe/kerberos.h"

struct ticket;

/* Asks the KDC, which may take long. -ENOKEY where there is none; `ret_why` is a word for why. */
must_check int ticket_get(struct ticket **ret_ticket, const struct kerberos_request *request,
    const char **ret_why);
void ticket_free(struct ticket **ticket);
const struct kerberos_ticket *ticket_about(const struct ticket *ticket);

/* What became of a try with one keytab. */
enum ticket_fit {
	TICKET_UNREADABLE, /* the keytab */
	TICKET_NO_PRINCIPAL,
	TICKET_NO_KVNO,
	TICKET_NO_ENCTYPE,
	TICKET_WRONG_KEY,
	TICKET_NOT_PERMITTED, /* the key fits, and the configuration forbids its type */
	TICKET_FITS_OTHERWISE, /* under another name or version than the ticket's */
	TICKET_FITS,
};
/* Tries every key of the ticket's type; where none fits the names and versions tell why. Appends
 * the entry that fits otherwise to `by`, as PRINCIPAL:KVNO. */
enum ticket_fit ticket_try(const struct ticket *ticket, const char *keytab_file, struct buffer *by);
const char *ticket_fit_name(enum ticket_fit fit); /* no-kvno, wrong-key … */

#endif
