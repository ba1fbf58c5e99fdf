#include "report/page_markup.h"

#include <errno.h>

#include "base/text.h"

#define MAX_ARGUMENT_BYTES 1024

void put(const struct page *page, const char *markup)
{
	buffer_append_text(page->out, markup);
}

void put_format(const struct page *page, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(text))
		page->out->error = -E2BIG;
	else
		buffer_append_text(page->out, text);
}

void put_text(const struct page *page, const char *text)
{
	text_append_html(page->out, view_of_text(text));
}

void put_text_in_sentence(const struct page *page, const char *text)
{
	struct view view = view_of_text(text);

	/* An abbreviation keeps its letters. */
	if (view.length > 1 && text[0] >= 'A' && text[0] <= 'Z' &&
	    !(text[1] >= 'A' && text[1] <= 'Z')) {
		buffer_append_byte(page->out, (char)(text[0] - 'A' + 'a'));
		view = view_skip(view, 1);
	}
	text_append_html(page->out, view);
}

static void open_time(const struct page *page, int64_t time_ms)
{
	char text[TEXT_TIME_BYTES];

	text_of_time(time_ms, text);
	put_format(page, "<time datetime=\"%s\" title=\"%s\">", text, text);
}

void put_ago(const struct page *page, int64_t time_ms)
{
	char text[TEXT_TIME_BYTES];
	int64_t ago_ms = page->model->now_ms - time_ms;

	if (time_ms < 0) {
		put(page, "never");
		return;
	}
	open_time(page, time_ms);
	if (ago_ms >= 0 && ago_ms < 1000)
		put(page, "just now");
	else if (ago_ms >= 0)
		put_format(page, "%s ago", text_of_duration(ago_ms, text));
	else
		put_format(page, "in %s", text_of_duration(-ago_ms, text));
	put(page, "</time>");
}

const char *page_clock(const struct page *page, int64_t time_ms, char ret_text[PAGE_CLOCK_BYTES])
{
	char time[TEXT_TIME_BYTES];
	char today[TEXT_TIME_BYTES];

	text_of_time(time_ms, time);
	text_of_time(page->model->now_ms, today);
	if (strlen(time) < 19) /* outside the years that have a name */
		snprintf(ret_text, PAGE_CLOCK_BYTES, "-");
	else if (memcmp(time, today, 10) == 0)
		snprintf(ret_text, PAGE_CLOCK_BYTES, "%.8s", time + 11);
	else
		snprintf(ret_text, PAGE_CLOCK_BYTES, "%.10s %.8s", time, time + 11);
	return ret_text;
}

void put_clock(const struct page *page, int64_t time_ms)
{
	char text[PAGE_CLOCK_BYTES];

	open_time(page, time_ms);
	put_format(page, "%s</time>", page_clock(page, time_ms, text));
}

void put_icon(const struct page *page, enum page_icon icon)
{
	static const char *const shapes[] = {
	    [ICON_WELL] =
		"<path d=\"M8 0a8 8 0 1 0 .1 0zm4.3 6-5.2 5.6-3.4-3.1 1.3-1.4 2 1.8 3.8-4.2z\"/>",
	    [ICON_TROUBLE] = "<path d=\"M5 0h6l5 5v6l-5 5H5l-5-5V5zm2 3v6h2V3zm0 8v2h2v-2z\"/>",
	    [ICON_NOTICE] = "<path d=\"M8 0l8 15H0zm-1 5v5h2V5zm0 6v2h2v-2z\"/>",
	    [ICON_STILL] = "<path d=\"M2 1h4v14H2zm8 0h4v14h-4z\"/>",
	};

	put_format(page, "<svg class=\"icon\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">%s</svg>",
	    shapes[icon]);
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (!(*text >= 'a' && *text <= 'z') && !(*text >= 'A' && *text <= 'Z') &&
		    !(*text >= '0' && *text <= '9') && strchr("-_.:@/", *text) == NULL)
			return false;
	return true;
}

static void put_quoted(const struct page *page, const char *text)
{
	struct buffer auto_buffer quoted;

	buffer_init(&quoted, MAX_ARGUMENT_BYTES);
	buffer_append_byte(&quoted, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buffer_append_text(&quoted, "'\\''");
		else
			buffer_append_byte(&quoted, *text);
	}
	buffer_append_byte(&quoted, '\'');
	if (buffer_error(&quoted) < 0)
		page->out->error = buffer_error(&quoted);
	else
		text_append_html(page->out, buffer_view(&quoted));
}

void put_argument(const struct page *page, const char *text)
{
	if (text[0] != '\0' && is_plain(text))
		put_text(page, text);
	else
		put_quoted(page, text);
}
