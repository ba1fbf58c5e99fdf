#include "cli/document.h"

#include "base/text.h"

const char *document_text(const struct json *object, const char *name)
{
	const char *text = json_get_text(object, name);

	return text != NULL ? text : "";
}

int64_t document_time_ms(const struct json *object, const char *name)
{
	int64_t time_ms;

	if (text_to_time(view_of_text(document_text(object, name)), &time_ms) < 0)
		return -1;
	return time_ms;
}
