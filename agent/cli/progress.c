#include "cli/progress.h"

#include "base/text.h"
#include "loop/clock.h"
#include "loop/host.h"

#define DRAW_EVERY_MS  200
#define RATE_AFTER_MS  500 /* before that a rate says nothing */
#define BAR_CELLS      24
#define MAX_LINE_BYTES ((size_t)256)
#define CLEAR_LINE     "\r\033[K"

void progress_begin(struct progress *progress, int64_t total_bytes)
{
	*progress = (struct progress){.is_shown = host_errors_are_on_terminal(),
	    .total_bytes = total_bytes,
	    .started_ms = clock_boot_ms()};
	progress->drawn_ms = progress->started_ms - DRAW_EVERY_MS; /* the first at once */
}

static void append_size(struct buffer *line, int64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1024 && unit + 1 < count_of(units); unit++)
		size /= 1024;
	buffer_append_format(
	    line, unit == 0 || size >= 100 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

/* Of a file that grows meanwhile no more than all is told. */
static int64_t percent_of(const struct progress *progress)
{
	int64_t percent = progress->done_bytes * 100 / progress->total_bytes;

	return percent > 100 ? 100 : percent;
}

static void append_bar(struct buffer *line, int64_t percent)
{
	int64_t full = percent * BAR_CELLS / 100;

	buffer_append_format(line, "%3lld %% [", (long long)percent);
	for (int64_t i = 0; i < BAR_CELLS; i++)
		buffer_append_byte(line, i < full ? '#' : '.');
	buffer_append_text(line, "] ");
}

static void append_time_left(
    struct buffer *line, const struct progress *progress, int64_t elapsed_ms)
{
	int64_t left = progress->total_bytes - progress->done_bytes;
	double left_ms = (double)left * (double)elapsed_ms / (double)progress->done_bytes;
	char time[TEXT_TIME_BYTES];

	if (left > 0)
		buffer_append_format(line, ", %s left",
		    text_of_duration(((int64_t)left_ms / 1000 + 1) * 1000, time));
}

void progress_print(const struct progress *progress, int64_t now_ms, struct buffer *line)
{
	int64_t elapsed_ms = now_ms - progress->started_ms;

	if (progress->total_bytes > 0)
		append_bar(line, percent_of(progress));
	append_size(line, progress->done_bytes);
	if (progress->total_bytes > 0) {
		buffer_append_text(line, " of ");
		append_size(line, progress->total_bytes);
	}
	if (elapsed_ms < RATE_AFTER_MS || progress->done_bytes == 0)
		return;
	buffer_append_text(line, ", ");
	append_size(line, (int64_t)((double)progress->done_bytes * 1000 / (double)elapsed_ms));
	buffer_append_text(line, "/s");
	if (progress->total_bytes > 0)
		append_time_left(line, progress, elapsed_ms);
}

void progress_at(struct progress *progress, int64_t done_bytes)
{
	int64_t now_ms;
	struct buffer auto_buffer line;

	buffer_init(&line, MAX_LINE_BYTES);
	progress->done_bytes = done_bytes;
	if (!progress->is_shown)
		return;
	now_ms = clock_boot_ms();
	if (now_ms - progress->drawn_ms < DRAW_EVERY_MS)
		return;
	progress->drawn_ms = now_ms;
	progress->is_drawn = true;
	progress_print(progress, now_ms, &line);
	fprintf(stderr, CLEAR_LINE "%s", buffer_text(&line));
	fflush(stderr);
}

void progress_clear(struct progress *progress)
{
	if (!progress->is_drawn)
		return;
	fputs(CLEAR_LINE, stderr);
	fflush(stderr);
	progress->is_drawn = false;
}
