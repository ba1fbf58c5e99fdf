#include "report/metrics.h"

/* One element of an Accept header (RFC 9110 §12.5.1). */
struct media_range {
	struct view type;
	struct view version;
	int quality; /* in thousandths */
};

static struct view next_trimmed(struct view *list, char separator)
{
	struct view head;

	view_cut(list, separator, &head);
	return view_trim(head);
}

/* "1", "0.5", "0.875" in thousandths; 0 for anything that is no quality. */
static int quality_of(struct view text)
{
	int quality = 0;
	int place = 1000;

	for (size_t i = 0; i < text.length; i++) {
		char byte = text.data[i];

		if (i == 1 ? byte != '.' : byte < '0' || byte > '9')
			return 0;
		if (i == 1)
			continue;
		quality += (byte - '0') * place;
		place /= 10;
	}
	return quality <= 1000 ? quality : 0;
}

static struct media_range read_media_range(struct view text)
{
	struct media_range range = {.type = next_trimmed(&text, ';'), .quality = 1000};

	while (text.length > 0) {
		struct view value = next_trimmed(&text, ';');
		struct view name = next_trimmed(&value, '=');

		if (view_equal_ignoring_case(name, VIEW("q")))
			range.quality = quality_of(value);
		else if (view_equal_ignoring_case(name, VIEW("version")))
			range.version = value;
	}
	return range;
}

static bool is_openmetrics(const struct media_range *range)
{
	return view_equal_ignoring_case(range->type, VIEW("application/openmetrics-text")) &&
	       (view_is_empty(range->version) || view_equal_text(range->version, "1.0.0") ||
		   view_equal_text(range->version, "0.0.1"));
}

static bool is_text(const struct media_range *range)
{
	return view_equal_ignoring_case(range->type, VIEW("text/plain")) ||
	       view_equal_ignoring_case(range->type, VIEW("text/*")) ||
	       view_equal_text(range->type, "*/*");
}

enum metrics_format metrics_negotiate(struct view accept)
{
	int openmetrics = 0;
	int text = 0;

	while (accept.length > 0) {
		struct media_range range = read_media_range(next_trimmed(&accept, ','));

		if (is_openmetrics(&range) && range.quality > openmetrics)
			openmetrics = range.quality;
		else if (is_text(&range) && range.quality > text)
			text = range.quality;
	}
	return openmetrics > 0 && openmetrics >= text ? METRICS_OPENMETRICS
						      : METRICS_PROMETHEUS_TEXT;
}

const char *metrics_content_type(enum metrics_format format)
{
	return format == METRICS_OPENMETRICS
		   ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		   : "text/plain; version=0.0.4; charset=utf-8";
}
