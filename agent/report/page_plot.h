/* A site's last day as a picture, drawn here so that it needs no script, and the same as a table.
 */
#ifndef AUTHMEDIC_REPORT_PAGE_PLOT_H
#define AUTHMEDIC_REPORT_PAGE_PLOT_H

#include "report/page_markup.h"

/* Nothing where no course is kept. */
void put_plot(const struct page *page, const struct report_site *site);
void put_day_table(const struct page *page, const struct report_site *site);

#endif
