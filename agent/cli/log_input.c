#include "cli/log_input.h"

#include <errno.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "intake/head.h"
#include "intake/utf16.h"
#include "loop/host.h"

#define RAW_BYTES      ((size_t)64 * 1024)
#define MAX_WHY_BYTES  512
#define MAGIC_BYTES    6 /* of the longest */
#define GZIP_ONLY      (15 + 16) /* zlib's word for the largest window and gzip's header */
#define MAX_INFLATE    ((size_t)1 << 30) /* at once, as zlib counts in unsigned int */

enum coding { NOT_KNOWN, PLAIN, GZIP };

struct log_input {
	FILE *file;
	bool is_ours; /* to be closed */
	bool ended;
	enum coding coding;
	bool within; /* a compressed piece, which is not over yet */
	bool made; /* the z_stream is */
	bool begun; /* some of the content was handed out */
	z_stream stream;
	uint64_t raw_total; /* bytes taken from the file */
	char *path;
	char why[MAX_WHY_BYTES];
	unsigned char raw[RAW_BYTES]; /* what the stream has still to take is in here */
};

static int complain_of(struct log_input *input, const char *reason)
{
	snprintf(input->why, sizeof(input->why), "%s: at byte %llu: %s", input->path,
	    (unsigned long long)(input->raw_total - input->stream.avail_in), reason);
	return -EBADMSG;
}

static int fail_with(struct log_input *input, int error)
{
	snprintf(input->why, sizeof(input->why), "%s: %s", input->path, strerror(-error));
	return error;
}

int log_input_new(struct log_input **ret_input, FILE *file, const char *path)
{
	struct log_input *input = calloc(1, sizeof(*input));

	if (input == NULL)
		return -ENOMEM;
	input->file = file;
	input->path = view_to_text(view_of_text(path));
	if (input->path == NULL) {
		log_input_close(&input);
		return -ENOMEM;
	}
	*ret_input = input;
	return 0;
}

int log_input_open(struct log_input **ret_input, const char *path)
{
	FILE auto_fclose *file = NULL;
	int error = file_check_readable_to_end(path);

	if (error < 0)
		return error;
	file = fopen(path, "rb");
	if (file == NULL)
		return -errno;
	error = log_input_new(ret_input, file, path);
	if (error < 0)
		return error;
	(*ret_input)->is_ours = true;
	file = NULL;
	return 0;
}

void log_input_close(struct log_input **input)
{
	if (*input == NULL)
		return;
	if ((*input)->made)
		inflateEnd(&(*input)->stream);
	if ((*input)->is_ours)
		fclose((*input)->file);
	free((*input)->path);
	free(*input);
	*input = NULL;
}

uint64_t log_input_taken(const struct log_input *input)
{
	return input->raw_total;
}

const char *log_input_why(const struct log_input *input)
{
	return input->why;
}

/* What there is: whoever reads a pipe is to see a line when it comes. */
static int take_some(struct log_input *input, void *bytes, size_t size, size_t *ret_length)
{
	int error = host_read_some(input->file, bytes, size, ret_length);

	if (error < 0)
		return fail_with(input, error);
	input->ended = *ret_length == 0;
	input->raw_total += *ret_length;
	return 0;
}

/* Behind what the stream has still to take, which begins where the bytes do. */
static int take_more(struct log_input *input)
{
	size_t kept = input->stream.avail_in;
	size_t length = 0;
	int error = take_some(input, input->raw + kept, RAW_BYTES - kept, &length);

	input->stream.next_in = input->raw;
	input->stream.avail_in += (unsigned)length;
	return error;
}

/* Takes more from the file, where the stream has taken all. */
static int refill(struct log_input *input)
{
	return input->stream.avail_in > 0 ? 0 : take_more(input);
}

static struct view pending(const struct log_input *input)
{
	return view_of((const char *)input->stream.next_in, input->stream.avail_in);
}

/* So much that the coding shows: no magic has the end of a line in it. */
static int read_head(struct log_input *input)
{
	int error = 0;

	while (error == 0 && !input->ended && input->stream.avail_in < MAGIC_BYTES &&
	    memchr(input->raw, '\n', input->stream.avail_in) == NULL)
		error = take_more(input);
	return error;
}

/* By the first bytes of a file, or of what is compressed in it; NULL where it can be read. */
static const char *other_kind(struct view head)
{
	const char *compressor = head_compressor(head);

	return compressor != NULL ? compressor : utf16_begins(head) ? "UTF-16" : NULL;
}

static int refuse(struct log_input *input, const char *kind)
{
	char reason[64];

	snprintf(reason, sizeof(reason),
	    input->coding == GZIP ? "what is compressed in it is %s, not the lines of a log"
	                          : "%s files cannot be read, only gzip and plain ones",
	    kind);
	input->stream.avail_in = (unsigned)input->raw_total; /* it is the first byte */
	return complain_of(input, reason);
}

static int settle_coding(struct log_input *input)
{
	struct view head = pending(input);
	bool named = view_ends_with(view_of_text(input->path), VIEW(".gz"));

	input->coding = view_starts_with(head, VIEW("\x1f\x8b")) ? GZIP : PLAIN;
	if (input->coding == GZIP) {
		if (inflateInit2(&input->stream, GZIP_ONLY) != Z_OK)
			return fail_with(input, -ENOMEM);
		input->made = true;
		input->within = true;
		return 0;
	}
	if (other_kind(head) != NULL)
		return refuse(input, other_kind(head));
	if (named && !view_is_empty(head)) {
		input->stream.avail_in = (unsigned)input->raw_total;
		return complain_of(input, "this is no gzip file, though its name says so");
	}
	return 0;
}

/* What was read to see the coding, and then the file itself, without a copy in between. */
static int read_plain(struct log_input *input, char *bytes, size_t size, size_t *ret_length)
{
	struct view taken = view_first(pending(input), size);

	if (view_is_empty(taken))
		return take_some(input, bytes, size, ret_length);
	memcpy(bytes, taken.data, taken.length);
	input->stream.next_in += taken.length;
	input->stream.avail_in -= (unsigned)taken.length;
	*ret_length = taken.length;
	return 0;
}

/* Behind a piece another may follow, and NULs, which tapes and some tools leave there. */
static int begin_piece(struct log_input *input)
{
	while (input->stream.avail_in > 0 && *input->stream.next_in == '\0') {
		input->stream.next_in++;
		input->stream.avail_in--;
	}
	if (input->stream.avail_in == 0)
		return 0;
	if (*input->stream.next_in != 0x1f)
		return complain_of(input, "other bytes follow the end of the gzip file");
	if (inflateReset(&input->stream) != Z_OK)
		return fail_with(input, -EIO);
	input->within = true;
	return 0;
}

static int inflate_some(struct log_input *input, size_t *ret_length, char *bytes, size_t size)
{
	char reason[128];
	int code;

	input->stream.next_out = (unsigned char *)bytes;
	input->stream.avail_out = (unsigned)(size < MAX_INFLATE ? size : MAX_INFLATE);
	code = inflate(&input->stream, Z_NO_FLUSH);
	*ret_length = (size_t)((char *)input->stream.next_out - bytes);
	switch (code) {
	case Z_STREAM_END:
		input->within = false;
		return 0;
	case Z_OK:
	case Z_BUF_ERROR:
		return 0;
	case Z_MEM_ERROR:
		return fail_with(input, -ENOMEM);
	default:
		snprintf(reason, sizeof(reason), "the gzip file is damaged: %s",
		    input->stream.msg != NULL ? input->stream.msg : "no reason known");
		return complain_of(input, reason);
	}
}

static int read_gzip(struct log_input *input, char *bytes, size_t size, size_t *ret_length)
{
	int error = 0;

	*ret_length = 0;
	while (error == 0 && *ret_length == 0) {
		error = refill(input);
		if (error == 0 && !input->within)
			error = begin_piece(input);
		if (error < 0)
			return error;
		if (input->stream.avail_in == 0 && input->ended) {
			if (!input->within)
				return 0;
			return complain_of(input, "the gzip file ends in the middle");
		}
		if (input->within)
			error = inflate_some(input, ret_length, bytes, size);
	}
	return error;
}

/* What was compressed is judged as a file is. */
static int judge_content(struct log_input *input, struct view content)
{
	const char *kind = input->begun ? NULL : other_kind(content);

	input->begun |= !view_is_empty(content);
	return kind == NULL ? 0 : refuse(input, kind);
}

int log_input_read(struct log_input *input, char *bytes, size_t size, size_t *ret_length)
{
	int error = 0;

	if (input->coding == NOT_KNOWN) {
		error = read_head(input);
		if (error == 0)
			error = settle_coding(input);
	}
	if (error < 0)
		return error;
	if (input->coding == PLAIN)
		return read_plain(input, bytes, size, ret_length);
	error = read_gzip(input, bytes, size, ret_length);
	return error == 0 ? judge_content(input, view_of(bytes, *ret_length)) : error;
}
