/* One incident as the daemon tells it, for people: its story, and its diagnoses made again. */
#ifndef AUTHMEDIC_CLI_INCIDENT_H
#define AUTHMEDIC_CLI_INCIDENT_H

#include "base/json.h"
#include "cli/screen.h"
#include "diagnose/rules.h"

enum incident_check {
	INCIDENT_SAME,       /* all diagnoses and decisions came out as they are stored */
	INCIDENT_DIFFERS,
	INCIDENT_UNCHECKED,  /* there is nothing to make again, or not all that it takes */
};

/* Makes every diagnosis and decision in the document again. */
enum incident_check incident_check(const struct json *incident);
const char *incident_check_sentence(enum incident_check check);

void incident_print(const struct json *incident);
/* The beginning of it, in short. The diagnosis may be NULL. */
void incident_print_story(
    const struct json *incident, const struct screen *screen, const struct diagnosis *diagnosis);

/* Text of the document, escaped and padded to so many columns; "-" where there is none. */
void incident_print_text(const struct json *object, const char *name, int width);

#endif
