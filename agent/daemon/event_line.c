#include "daemon/event_line.h"

#include "config/log_kinds.h"

static const enum log_kind kinds_of_lines[EVENT_KIND_COUNT] = {
    [EVENT_OPENED] = LOG_KIND_incident_opened,
    [EVENT_PROBED] = LOG_KIND_incident_probed,
    [EVENT_DIAGNOSED] = LOG_KIND_incident_diagnosed,
    [EVENT_REFUSED] = LOG_KIND_incident_refused,
    [EVENT_ACTING] = LOG_KIND_incident_acting,
    [EVENT_APPLIED] = LOG_KIND_incident_applied,
    [EVENT_NOT_VERIFIED] = LOG_KIND_incident_not_verified,
    [EVENT_RESOLVED] = LOG_KIND_incident_resolved,
    [EVENT_PASSED] = LOG_KIND_incident_passed,
    [EVENT_COUNTED] = LOG_KIND_incident_counted,
};

void event_line_print(const struct site *site, const struct controller_event *event)
{
	const struct diagnosis *diagnosis = controller_diagnosis(site->controller);
	const struct log_about about = {.site = site->config->name,
	    .incident = controller_incident(site->controller),
	    .diagnosis = diagnosis != NULL ? diagnosis->id : "",
	    .remedy = event->remedy,
	    .reason = event->reason};

	log_told(kinds_of_lines[event->kind], about, "%s: %s: %s%s%s", site->config->name,
	    event_kind_name(event->kind), event->text, event->reason[0] != '\0' ? ": " : "",
	    event->reason);
}
