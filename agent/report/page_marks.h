/* What happened during the day, on the plot's time axis: a letter for each kind. Those that would
 * stand on each other share a label. */
#ifndef AUTHMEDIC_REPORT_PAGE_MARKS_H
#define AUTHMEDIC_REPORT_PAGE_MARKS_H

#include "report/day.h"
#include "report/page_markup.h"

void put_marks(const struct page *page, const struct day *day, const struct course *course);
void put_mark_legend(const struct page *page, const struct course *course);
/* In words, for the table. */
void put_mark_list(const struct page *page, const struct course *course);

#endif
