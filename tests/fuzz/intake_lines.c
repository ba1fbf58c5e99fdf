/* A log's bytes give the same lines whether they come at once or bit by bit, and whether they were
 * found together or one by one, and these are the ones that a plain reading of the rules gives. */
#include "fuzz.h"

#include "intake/lines.h"

#define MAX_CONTENT_BYTES ((size_t)256 * 1024)
#define MAX_LINES_BYTES   (MAX_CONTENT_BYTES * 2)

/* From 0xf0 on a byte of the input stands for many more of the one before it: overlong lines and
 * long holes fit into short inputs. */
static void unfold(struct view input, struct buffer *content)
{
	char last = 'x';

	for (size_t i = 0; i < input.length; i++) {
		unsigned byte = (unsigned char)input.data[i];
		size_t count = byte < 0xf0 ? 1 : (byte - 0xefU) * 8000;

		if (byte < 0xf0)
			last = input.data[i];
		while (count-- > 0 && buffer_error(content) == 0)
			buffer_append_byte(content, last);
	}
}

static void keep(struct buffer *lines, struct view line)
{
	buffer_append(lines, line);
	buffer_append_byte(lines, '\n');
}

static void on_line(void *context, struct view line, bool new_file)
{
	struct buffer *lines = context;

	fuzz_check(line.length <= INTAKE_MAX_LINE_BYTES);
	fuzz_check(new_file == (lines->length == 0));
	keep(lines, line);
}

/* The lines that were found together; 0: none, lines_take() must look. */
static size_t take_found(struct lines *lines, struct stretch *stretch, struct buffer *found)
{
	size_t taken = lines_take_found(lines, stretch);

	for (size_t i = 0; taken > 0 && i < stretch->line_count; i++) {
		struct view line = stretch_line(stretch, i);

		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		keep(found, line);
	}
	return taken;
}

/* Gives the content in steps, each time from where the last one left off. */
static void read_in_steps(
    struct view content, size_t step, struct stretch *stretch, struct buffer *found)
{
	const struct marks_wanted wanted = {.byte = ' ', .other = ' '};
	struct intake_callbacks callbacks = {.on_line = on_line, .context = found};
	struct intake_totals totals = {0};
	struct lines lines = {.callbacks = &callbacks, .totals = &totals, .first = true};
	size_t cursor = 0;
	uint64_t count = 0;

	for (size_t end = 0; end < content.length;) {
		struct view bytes;
		size_t taken = 0;

		end += step < content.length - end ? step : content.length - end;
		bytes = view_of(content.data + cursor, end - cursor);
		if (stretch != NULL) {
			stretch_find(stretch, bytes, wanted);
			taken = take_found(&lines, stretch, found);
		}
		cursor += taken > 0 ? taken : lines_take(&lines, bytes);
		fuzz_check(cursor <= end);
	}
	lines_finish(&lines, view_skip(content, cursor));
	for (size_t i = 0; i < found->length; i++)
		count += found->data[i] == '\n' ? 1 : 0;
	fuzz_check(totals.lines == count);
}

static void keep_if_line(struct buffer *expected, struct view line, bool is_finished)
{
	const char *nul;

	while (!is_finished && line.length > 0 && line.data[line.length - 1] == '\0')
		line.length--;
	nul = line.length > 0 ? memrchr(line.data, '\0', line.length) : NULL;
	if (nul != NULL)
		line = view_skip(line, (size_t)(nul - line.data) + 1);
	if (!is_finished && line.length == 0)
		return;
	if (expected->length == 0 && view_starts_with(line, VIEW("\xef\xbb\xbf")))
		line = view_skip(line, 3);
	if (view_ends_with(line, VIEW("\r")))
		line.length--;
	if (line.length <= INTAKE_MAX_LINE_BYTES)
		keep(expected, line);
}

static void read_plainly(struct view content, struct buffer *expected)
{
	struct view line;

	while (view_cut(&content, '\n', &line))
		keep_if_line(expected, line, true);
	keep_if_line(expected, line, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view input = view_of((const char *)data, size);
	size_t step;
	struct buffer auto_buffer content;
	struct buffer auto_buffer expected;
	struct buffer auto_buffer found;
	struct stretch stretch;

	buffer_init(&content, MAX_CONTENT_BYTES);
	buffer_init(&expected, MAX_LINES_BYTES);
	buffer_init(&found, MAX_LINES_BYTES);
	unfold(view_skip(input, 1), &content);
	step = content.length * (size > 0 ? data[0] : 0) / 512 + content.length / 256 + 1;
	read_plainly(buffer_view(&content), &expected);
	read_in_steps(buffer_view(&content), step, NULL, &found);
	fuzz_check(view_equal(buffer_view(&expected), buffer_view(&found)));
	buffer_clear(&found);
	fuzz_check(stretch_init(&stretch, INTAKE_MAX_LINE_BYTES) == 0);
	read_in_steps(buffer_view(&content), step, &stretch, &found);
	fuzz_check(view_equal(buffer_view(&expected), buffer_view(&found)));
	stretch_done(&stretch);
	return 0;
}
