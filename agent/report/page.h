/* The status page: one HTML document with its own style and script, which loads nothing else. It
 * says all it has to say without the script, by which it follows what happens. */
#ifndef AUTHMEDIC_REPORT_PAGE_H
#define AUTHMEDIC_REPORT_PAGE_H

#include "report/model.h"

/* So many sites are told in full, those in trouble first; the others are a line each, with a link
 * to a page of their own. */
#define PAGE_FULL_SITES   12
#define PAGE_SITES_PATH   "/sites/"
#define PAGE_POLICY_BYTES 512

/* The Content-Security-Policy to send with it: its own style and script, by their hashes, and its
 * own server to ask for news. */
must_check int page_policy(char ret_policy[PAGE_POLICY_BYTES]);

/* Appends the page; an error stays in the buffer. */
void page_print(const struct report_model *model, struct buffer *buffer);
/* The page of one site, by its number in the model. */
void page_print_site(const struct report_model *model, size_t site, struct buffer *buffer);

#endif
