/* Text of two bytes a character, as some editors and shells of Windows write it. As lines it would
 * be a log of which nothing is understood, or nothing matters. */
#ifndef AUTHMEDIC_INTAKE_UTF16_H
#define AUTHMEDIC_INTAKE_UTF16_H

#include "base/view.h"

/* Whether the file that begins so is that: by its mark, or by the look of it. */
static inline bool utf16_begins(struct view start)
{
	if (view_starts_with(start, VIEW("\xff\xfe")) || view_starts_with(start, VIEW("\xfe\xff")))
		return true;
	return start.length >= 4 && (start.data[0] == '\0') != (start.data[1] == '\0') &&
	    (start.data[0] == '\0') == (start.data[2] == '\0') &&
	    (start.data[1] == '\0') == (start.data[3] == '\0');
}

#endif
