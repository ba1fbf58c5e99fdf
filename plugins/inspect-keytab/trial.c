#include "inspect-keytab/trial.h"

#include <errno.h>

#include "common/plugin.h"
#include "inspect-keytab/ticket.h"
#include "probe/deadline.h"

#define KDC_TIMEOUT_MS  8000
#define MAX_WORDS_BYTES 512
#define MAX_BY_BYTES    2048

struct names {
	const char *decrypts, *why, *by;
};

static void tell_by(const char *name, const struct buffer *by)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	plugin_list_add(&list, "%s", buffer_text(by));
	plugin_list_done(&list);
}

/* `file` is NULL where there is none to try. */
static void tell_try(const struct ticket *ticket, const char *file, const struct names *names)
{
	struct buffer auto_buffer by;
	enum ticket_fit fit;
	bool fits;

	buffer_init(&by, MAX_BY_BYTES);
	fit = file != NULL ? ticket_try(ticket, file, &by) : TICKET_UNREADABLE;
	fits = fit == TICKET_FITS || fit == TICKET_FITS_OTHERWISE;
	if (fit == TICKET_UNREADABLE)
		plugin_fact_unknown(names->decrypts);
	else
		plugin_fact_yes(names->decrypts, fits);
	if (!fits)
		plugin_fact(names->why, "%s", ticket_fit_name(fit));
	else if (fit == TICKET_FITS_OTHERWISE)
		tell_by(names->by, &by);
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
	static const struct names on_disk = {
	    "keytab.decrypts", "keytab.decrypts_why", "keytab.decrypts_by"};
	static const struct names of_worker = {"keytab.worker_decrypts",
	    "keytab.worker_decrypts_why", "keytab.worker_decrypts_by"};
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
	tell_try(ticket, ours->file >= 0 ? ours->path : NULL, &on_disk);
	tell_try(ticket, seen->path, &of_worker);
	plugin_fact("keytab.ticket_kvno", "%lld", (long long)ticket_about(ticket)->kvno);
	plugin_fact("keytab.ticket_enctype", "%s", ticket_about(ticket)->enctype);
}
