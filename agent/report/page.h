/* The status page: one HTML document without scripts or anything else to load. */
#ifndef AUTHMEDIC_REPORT_PAGE_H
#define AUTHMEDIC_REPORT_PAGE_H

#include "report/model.h"

/* The Content-Security-Policy to send with the page: its own style sheet, by its hash, and nothing
 * else. */
#define PAGE_STYLE_HASH "P6fHOQhxUNeeix9jj4v3zms/8sQMGAEPNiWK9uQCmVc="
#define PAGE_POLICY                                                                                \
	"default-src 'none'; style-src 'sha256-" PAGE_STYLE_HASH "'; base-uri 'none'; "            \
	"form-action 'none'; frame-ancestors 'none'"

/* Appends the page; an error stays in the buffer. */
void page_print(const struct report_model *model, struct buffer *buffer);

#endif
