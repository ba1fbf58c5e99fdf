/* The part of a site that tells its incident: what is left to a person, what happened, by what it
 * was diagnosed. */
#ifndef AUTHMEDIC_REPORT_PAGE_INCIDENT_H
#define AUTHMEDIC_REPORT_PAGE_INCIDENT_H

#include "report/page_markup.h"

void put_todo(const struct page *page, const struct report_site *site);
void put_incident(const struct page *page, const struct report_site *site);
void put_evidence(const struct page *page, const struct report_site *site);

#endif
