/* How a site is, in one word, and what a person wants to know first, in a sentence or two. */
#ifndef AUTHMEDIC_REPORT_PAGE_CONDITION_H
#define AUTHMEDIC_REPORT_PAGE_CONDITION_H

#include "report/page_markup.h"

/* The worst first. */
enum condition {
	CONDITION_FAILING,
	CONDITION_BEING_CURED,
	CONDITION_DEAF,
	CONDITION_DOUBTFUL,
	CONDITION_WARNING,
	CONDITION_PAUSED,
	CONDITION_WELL,
	CONDITIONS
};

enum condition condition_of(const struct report_site *site);
const char *condition_word(enum condition condition);
enum page_icon condition_icon(enum condition condition);
/* The class that colours it. */
const char *condition_class(enum condition condition);
/* Whether a person should look. */
bool condition_needs_attention(enum condition condition);

void put_condition(const struct page *page, const struct report_site *site);
void put_sentence(const struct page *page, const struct report_site *site);

#endif
