#include "inspect-keytab/trial.h"

#include <errno.h>

#include "common/plugin.h"
#include "inspect-keytab/ticket.h"
#include "probe/deadline.h"

#define KDC_TIMEOUT_MS  8000
#define MAX_WORDS_BYTES 512

static void tell_fit(const char *name, const char *why_name, enum ticket_fit fit)
{
	if (fit == TICKET_UNREADABLE)
		plugin_fact_unknown(name);
	else
		plugin_fact_yes(name, fit == TICKET_FITS);
	if (fit != TICKET_FITS)
		plugin_fact(why_name, "%s", ticket_fit_name(fit));
}

static void append_untried(struct buffer *words, const char *why)
{
	buffer_append_format(words,
	    "keytab.decrypts=unknown\nkeytab.decrypts_why=%s\n"
	    "keytab.worker_decrypts=unknown\nkeytab.worker_decrypts_why=%s\n"
	    "keytab.ticket_kvno=unknown\nkeytab.ticket_enctype=unknown\n",
	    why, why);
}

static void tell_untried(const char *why)
{
	struct buffer auto_buffer words;

	buffer_init(&words, MAX_WORDS_BYTES);
	append_untried(&words, why);
	fputs(buffer_text(&words), stdout);
}

/* A KDC that does not answer must not cost us the facts that there are. */
static bool start_deadline(void)
{
	struct buffer auto_buffer words;

	buffer_init(&words, MAX_WORDS_BYTES);
	append_untried(&words, "timeout");
	if (fflush(stdout) != 0)
		return false;
	deadline_set_words(buffer_view(&words), PLUGIN_DONE);
	return deadline_start(KDC_TIMEOUT_MS) == 0;
}

void trial_tell(const struct keytab *ours, const struct keytab *seen)
{
	const struct kerberos_request request = {.service = plugin_value("AUTHMEDIC_SERVICE"),
	    .client_keytab = plugin_value("AUTHMEDIC_PROBE_CLIENT_KEYTAB"),
	    .client_principal = plugin_value("AUTHMEDIC_PROBE_CLIENT_PRINCIPAL")};
	struct ticket auto_call(ticket_free) *ticket = NULL;
	const char *krb5_config = plugin_value("AUTHMEDIC_KRB5_CONFIG");
	const char *why = "internal";
	int error;

	if (request.client_keytab == NULL || request.service == NULL) {
		tell_untried("no-client-keytab");
		return;
	}
	if (!start_deadline() ||
	    (krb5_config != NULL && setenv("KRB5_CONFIG", krb5_config, 1) < 0))
		error = -EIO;
	else
		error = ticket_get(&ticket, &request, &why);
	deadline_stop();
	if (error < 0) {
		tell_untried(why);
		return;
	}
	tell_fit("keytab.decrypts", "keytab.decrypts_why",
	    ours->file >= 0 ? ticket_try(ticket, ours->path) : TICKET_UNREADABLE);
	tell_fit("keytab.worker_decrypts", "keytab.worker_decrypts_why",
	    seen->path != NULL ? ticket_try(ticket, seen->path) : TICKET_UNREADABLE);
	plugin_fact("keytab.ticket_kvno", "%lld", (long long)ticket_about(ticket)->kvno);
	plugin_fact("keytab.ticket_enctype", "%s", ticket_about(ticket)->enctype);
}
