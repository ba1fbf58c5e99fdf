#include "report/page_assets.h"

/* Made by the build, as lists of bytes. */
static const char style[] = {
#include "report/page_css.h"
};
static const char script[] = {
#include "report/page_js.h"
};

struct view page_style(void)
{
	return view_of(style, sizeof(style));
}

struct view page_script(void)
{
	return view_of(script, sizeof(script));
}
