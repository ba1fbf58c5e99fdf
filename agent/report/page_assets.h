/* What the page carries along: its style sheet and its script, agent/report/page/, as they are. */
#ifndef AUTHMEDIC_REPORT_PAGE_ASSETS_H
#define AUTHMEDIC_REPORT_PAGE_ASSETS_H

#include "base/view.h"

struct view page_style(void);
struct view page_script(void);

#endif
