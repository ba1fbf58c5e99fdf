#include <errno.h>
#include <sys/timex.h>
#include <unistd.h>

#include "common/plugin.h"
#include "probe/deadline.h"
#include "probe/kerberos.h"

#define KDC_TIMEOUT_MS 8000
#define TIMESYNC_FLAG  "/run/systemd/timesync/synchronized"

/* The kernel knows; where it may not be asked, systemd-timesyncd leaves a file. */
static void tell_ours(void)
{
	struct timex clock = {0};
	int state = adjtimex(&clock);

	if (state >= 0) {
		bool follows = state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;

		plugin_fact_yes("clock.synchronised", follows);
		if (follows)
			plugin_fact("clock.error_bound", "%ld.%03ld", clock.maxerror / 1000000,
			    clock.maxerror / 1000 % 1000);
		else
			plugin_fact_unknown("clock.error_bound");
		return;
	}
	if (access(TIMESYNC_FLAG, F_OK) == 0)
		plugin_fact_yes("clock.synchronised", true);
	else
		plugin_fact_unknown("clock.synchronised");
	plugin_fact_unknown("clock.error_bound");
}

static int ask_kdc(const char *service, int64_t *ret_skew_ms, const char **ret_why)
{
	struct kerberos auto_call(kerberos_free) *kerberos = NULL;
	const char *config = plugin_value("AUTHMEDIC_KRB5_CONFIG");
	int error = kerberos_new(&kerberos);

	*ret_why = "internal";
	if (error == 0 && config != NULL && setenv("KRB5_CONFIG", config, 1) < 0)
		error = -errno;
	if (error == 0)
		error = kerberos_ask_time(kerberos, service);
	if (error == -ENOKEY)
		*ret_why = probe_reason_name(kerberos_reason(kerberos));
	return error < 0 ? error : kerberos_kdc_skew_ms(kerberos, ret_skew_ms);
}

/* Needs no key: any KDC tells its time where it refuses. What is unknown is left out, so that the
 * probe's own finding is not overwritten. */
static void tell_kdcs(const char *service)
{
	static const char too_late[] = "clock.kdc_why=timeout\n";
	const char *why;
	int64_t skew_ms, size_ms;
	int error;

	if (fflush(stdout) != 0)
		return;
	deadline_set_words(view_of_text(too_late), PLUGIN_DONE);
	if (deadline_start(KDC_TIMEOUT_MS) < 0)
		return;
	error = ask_kdc(service, &skew_ms, &why);
	deadline_stop();
	if (error < 0) {
		plugin_fact("clock.kdc_why", "%s", why);
		return;
	}
	size_ms = skew_ms < 0 ? -skew_ms : skew_ms;
	plugin_fact("clock.kdc_skew", "%s%lld.%03d", skew_ms < 0 ? "-" : "",
	    (long long)(size_ms / 1000), (int)(size_ms % 1000));
}

static int inspect(void)
{
	const char *service = plugin_value("AUTHMEDIC_SERVICE");

	tell_ours();
	if (service != NULL)
		tell_kdcs(service);
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-clock",
	    .title = "whether our clock follows another one, and how far the KDC's is from it",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
