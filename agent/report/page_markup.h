/* Writing a page: markup of our own as it stands, and everything else escaped. */
#ifndef AUTHMEDIC_REPORT_PAGE_MARKUP_H
#define AUTHMEDIC_REPORT_PAGE_MARKUP_H

#include "report/model.h"

struct page {
	struct buffer *out;
	const struct report_model *model;
	size_t site; /* the number of the site that is written; part of ids */
};

/* `markup` is a literal of ours. */
void put(const struct page *page, const char *markup);
/* The same with numbers and literals filled in, never with text from outside. */
void put_format(const struct page *page, const char *format, ...) format_like(2, 3);
/* Escaped, in text and in quoted attributes alike. */
void put_text(const struct page *page, const char *text);
/* The text with its first letter small, as it goes on a sentence. */
void put_text_in_sentence(const struct page *page, const char *text);

/* "3 min 20 s ago", or "in 3 d": an element that tells the exact time as well. */
void put_ago(const struct page *page, int64_t time_ms);
/* The time of the day, with the date where it is another day than today. */
void put_clock(const struct page *page, int64_t time_ms);
/* The same without an element, for a plot's title. */
#define PAGE_CLOCK_BYTES 24
const char *page_clock(const struct page *page, int64_t time_ms, char ret_text[PAGE_CLOCK_BYTES]);

enum page_icon { ICON_WELL, ICON_TROUBLE, ICON_NOTICE, ICON_STILL };
/* A shape of its own for each: colour alone tells nothing. */
void put_icon(const struct page *page, enum page_icon icon);

/* As an argument of a command that a person types: quoted for a shell where it must be, and escaped
 * as put_text() does. */
void put_argument(const struct page *page, const char *text);

#endif
