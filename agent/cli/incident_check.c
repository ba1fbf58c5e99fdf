#include "cli/incident.h"

#include "diagnose/judgement.h"
#include "remedy/authority_json.h"

static enum incident_check check_diagnosis(
    const struct json *incident, const struct json *evidence)
{
	const char *digest = json_get_text(evidence, "rules");
	const struct json *sets = json_get(incident, "rule_sets");
	enum judgement_check check;

	if (digest == NULL || judgement_check(evidence, json_get(sets, digest), &check) < 0)
		return INCIDENT_UNCHECKED;
	return check == JUDGEMENT_SAME ? INCIDENT_SAME : INCIDENT_DIFFERS;
}

/* Whether the safety rules say today what they said then. */
static enum incident_check check_decision(const struct json *event)
{
	const struct json *data = json_get(event, "data");
	const char *kind = json_get_text(event, "kind");
	const char *reason = json_get_text(data, "reason");
	const struct authority_refusal *refusal;
	struct authority_case the_case;
	bool refused;

	if (kind == NULL || reason == NULL ||
	    authority_from_json(&the_case, json_get(data, "case")) < 0)
		return INCIDENT_UNCHECKED;
	refusal = authority_refuses(&the_case);
	refused = strcmp(kind, "refused") == 0;
	if (refused != (refusal != NULL) || (refused && strcmp(refusal->reason, reason) != 0))
		return INCIDENT_DIFFERS;
	return INCIDENT_SAME;
}

/* One that differs outweighs all, one that is missing those that are the same. */
static void join(enum incident_check *check, enum incident_check part)
{
	if (part == INCIDENT_DIFFERS || *check == INCIDENT_SAME)
		*check = *check == INCIDENT_DIFFERS ? *check : part;
}

static void check_event(
    const struct json *incident, const struct json *event, enum incident_check *check)
{
	const struct json *data = json_get(event, "data");

	if (json_get(data, "evidence") != NULL)
		join(check, check_diagnosis(incident, json_get(data, "evidence")));
	if (json_get(data, "case") != NULL)
		join(check, check_decision(event));
}

enum incident_check incident_check(const struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");
	enum incident_check check = check_diagnosis(incident, json_get(incident, "evidence"));

	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event))
		check_event(incident, event, &check);
	return check;
}

const char *incident_check_sentence(enum incident_check check)
{
	static const char *const sentences[] = {
	    [INCIDENT_SAME] =
		"Made again from what is stored, with the rules of that time: every diagnosis "
		"and decision is the same.",
	    [INCIDENT_DIFFERS] =
		"Made again from what is stored, a diagnosis or decision comes out DIFFERENT: "
		"this record or this program is not what it was.",
	    [INCIDENT_UNCHECKED] =
		"It cannot be made again: there was no diagnosis, or not all of what it was "
		"made from is stored.",
	};

	return sentences[check];
}
