#include "daemon/evidence.h"

#include "base/log.h"

_Static_assert(FACTS_MAX >= 4 * SIGNATURES_MAX,
    "two facts of each signature, and as much room for what is told besides");

struct gathering {
	struct facts *facts;
	int64_t now_ms;
};

void evidence_set(struct facts *facts, const char *name, const char *value, int64_t now_ms)
{
	struct fact fact = {.name = (char *)name,
	    .value = (char *)value,
	    .source = (char *)"authmedic",
	    .time_ms = now_ms};
	int error = facts_set(facts, fact);

	/* A diagnosis without it is safe, but it must be heard. */
	if (error < 0)
		log_error("the fact %s was lost: %s", name, strerror(-error));
}

void evidence_set_time(struct facts *facts, const char *name, int64_t time_ms, int64_t now_ms)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld.%03lld", (long long)(time_ms / 1000),
	    (long long)(time_ms % 1000));
	evidence_set(facts, name, text, now_ms);
}

static void set(const struct gathering *gathering, const char *name, const char *value)
{
	evidence_set(gathering->facts, name, value, gathering->now_ms);
}

static void set_bool(const struct gathering *gathering, const char *name, bool value)
{
	set(gathering, name, value ? "yes" : "no");
}

static void set_number(const struct gathering *gathering, const char *name, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	set(gathering, name, text);
}

/* A host name and no more: whoever asks may write anything there. */
static bool is_host_name(const char *name)
{
	size_t length = strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-:");

	return length > 0 && name[length] == '\0';
}

static void gather_places(
    const struct gathering *gathering, const struct detector_evidence *evidence)
{
	set_number(gathering, "window.hosts", evidence->hosts.count);
	set_number(gathering, "window.failing_hosts", evidence->hosts.failing);
	set(gathering, "window.host_spread", spread_name(evidence->hosts.spread));
	if (is_host_name(evidence->hosts.worst))
		set(gathering, "window.failing_host", evidence->hosts.worst);
	set_number(gathering, "window.workers", evidence->workers.count);
	set_number(gathering, "window.failing_workers", evidence->workers.failing);
	set(gathering, "window.worker_spread", spread_name(evidence->workers.spread));
}

static void gather_onset(const struct gathering *gathering, const struct detector_onset *onset)
{
	set(gathering, "window.onset", onset_name(onset->kind));
	if (onset->kind != ONSET_STEP && onset->kind != ONSET_RAMP)
		return;
	evidence_set_time(
	    gathering->facts, "window.onset_at", onset->at_ms, gathering->now_ms);
	set_number(gathering, "window.onset_seconds", (uint64_t)(onset->rise_ms / 1000));
}

static void gather_statuses(
    const struct gathering *gathering, const struct detector_evidence *evidence)
{
	for (int class = STATUS_HANDLE; class < STATUS_CLASS_COUNT; class ++) {
		char name[FACTS_MAX_NAME_BYTES + 1];

		snprintf(name, sizeof(name), "window.status.%s",
		    status_class_name((enum status_class) class));
		set_number(gathering, name, evidence->statuses[class]);
	}
}

static void gather_causes(const struct gathering *gathering, const struct detector *detector)
{
	struct detector_evidence evidence;

	detector_evidence(detector, &evidence);
	set_number(gathering, "window.kerberos_rejected", evidence.kerberos_rejected);
	set_number(gathering, "window.ntlm_rejected", evidence.ntlm_rejected);
	set_number(gathering, "window.basic_rejected", evidence.basic_rejected);
	set_number(gathering, "window.unknown_rejected", evidence.unknown_rejected);
	set_number(gathering, "window.incomplete", evidence.incomplete);
	set(gathering, "window.ntlm_control", control_name(evidence.control));
	set_number(gathering, "window.rejected_names", evidence.rejected_names);
	set_number(gathering, "window.rejected_voters", evidence.rejected_voters);
	set_number(gathering, "window.bad_passwords", evidence.bad_passwords);
	set_number(gathering, "window.passwords_by_known_good", evidence.passwords_by_known_good);
	set_number(gathering, "window.password_names", evidence.password_names);
	set_number(gathering, "window.password_voters", evidence.password_voters);
	set_number(gathering, "window.ntlm_voters", evidence.ntlm_voters);
	set_number(gathering, "window.named_signals", evidence.named_signals);
	set_number(gathering, "window.oversize", evidence.oversize);
	set_number(gathering, "window.oversize_voters", evidence.oversize_voters);
	set_number(gathering, "window.server_errors", evidence.server_errors);
	gather_onset(gathering, &evidence.onset);
	gather_places(gathering, &evidence);
	gather_statuses(gathering, &evidence);
}

static void gather_window(const struct gathering *gathering, const struct detector *detector)
{
	struct detector_window window;

	detector_window(detector, &window);
	set_bool(gathering, "window.spike", window.spike);
	set_number(gathering, "window.known_good", window.known_good);
	set_number(gathering, "window.active", window.active);
	set_number(gathering, "window.rejected", window.rejected);
	set_number(gathering, "window.rejected_percent",
	    window.active > 0 ? window.rejected * 100 / window.active : 0);
	set_number(gathering, "window.established", window.established);
	set_number(gathering, "window.rejected_strangers", window.rejected_strangers);
	set_number(gathering, "window.unanswered", window.unanswered);
	set_number(gathering, "window.kerberos_established", window.kerberos_established);
	set_number(gathering, "window.ntlm_established", window.ntlm_established);
}

static void gather_signals(
    const struct gathering *gathering, const struct evidence_sources *sources)
{
	for (size_t i = 0; i < signatures_count(sources->signatures); i++) {
		const char *id = signatures_id(sources->signatures, i);
		char name[FACTS_MAX_NAME_BYTES + 1];

		snprintf(name, sizeof(name), "signals.%s", id);
		set_number(gathering, name, detector_signals(sources->detector, i));
		snprintf(name, sizeof(name), "voters.%s", id);
		set_number(gathering, name, detector_signal_voters(sources->detector, i));
	}
}

void evidence_gather(struct facts *facts, const struct evidence_sources *sources)
{
	const struct gathering gathering = {facts, sources->now_ms};
	const struct config_site *site = sources->site;

	facts_clear(facts, "window.");
	facts_clear(facts, "signals.");
	facts_clear(facts, "voters.");
	gather_window(&gathering, sources->detector);
	gather_causes(&gathering, sources->detector);
	gather_signals(&gathering, sources);
	set_bool(&gathering, "window.suspicious", sources->about_strangers);
	set(&gathering, "site.evidence",
	    site->evidence == CONFIG_EVIDENCE_VOTERS ? "voters" : "probe");
	evidence_set_time(facts, "site.now", sources->now_ms / 1000 * 1000, sources->now_ms);
	set_number(
	    &gathering, "site.handle_limit", (uint64_t)sources->handle_limit_ms / 1000);
	set(&gathering, "server.kind", site->server.name);
	set_bool(&gathering, "server.holds_keys", site->server.holds_keys);
	set_bool(&gathering, "probe.confirmed", sources->confirmed);
}
