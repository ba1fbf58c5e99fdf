/* One site on the page. */
#ifndef AUTHMEDIC_REPORT_PAGE_SITE_H
#define AUTHMEDIC_REPORT_PAGE_SITE_H

#include "report/page_markup.h"

void put_site(const struct page *page, const struct report_site *site);

#endif
