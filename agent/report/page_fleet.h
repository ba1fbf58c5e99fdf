/* The fleet, as this host sees it: who is in it, who may act, what is wrong where. */
#ifndef AUTHMEDIC_REPORT_PAGE_FLEET_H
#define AUTHMEDIC_REPORT_PAGE_FLEET_H

#include "report/page_markup.h"

#define PAGE_FLEET_ROWS 50 /* of each list; then how many more there are */

/* Nothing where this host is in none. */
void put_fleet(const struct page *page);

#endif
