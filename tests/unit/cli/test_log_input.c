#include "directory_fixture.h"

#include <sys/socket.h>

#include "base/buffer.h"
#include "cli/log_input.h"

/* What `printf 'one\ntwo\n' | gzip -n` gives. */
static const char gzipped[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\xcf\x4b\xe5\x2a\x29"
    "\xcf\xe7\x02\x00\xe6\x0b\xba\x12\x08\x00\x00\x00";
#define GZIPPED view_of(gzipped, sizeof(gzipped) - 1)
#define LINES   VIEW("one\ntwo\n")

static char path[512];

/* Reads it in pieces of that size; what was read is in *ret_text until an error. */
static int read_all(size_t piece, struct buffer *ret_text, char *ret_why)
{
	struct log_input *input = NULL;
	char bytes[100];
	size_t length = 1;
	int error;

	assert_int_equal(log_input_open(&input, path), 0);
	do {
		error = log_input_read(input, bytes, piece, &length);
		if (error == 0)
			buffer_append(ret_text, view_of(bytes, length));
	} while (error == 0 && length > 0);
	snprintf(ret_why, 512, "%s", log_input_why(input));
	log_input_close(&input);
	return error;
}

static void assert_reads(const char *name, struct view content, struct view expected)
{
	char why[512];

	write_in(path, name, content);
	for (size_t piece = 1; piece <= 100; piece += 33) {
		struct buffer auto_buffer text;

		buffer_init(&text, 1000);
		assert_int_equal(read_all(piece, &text, why), 0);
		assert_true(view_equal(buffer_view(&text), expected));
	}
}

static void assert_damaged(const char *name, struct view content, const char *expected)
{
	struct buffer auto_buffer text;
	char why[512];

	buffer_init(&text, 1000);
	write_in(path, name, content);
	assert_int_equal(read_all(100, &text, why), -EBADMSG);
	assert_non_null(strstr(why, name));
	if (strstr(why, expected) == NULL)
		fail_msg("%s", why);
}

static void test_plain(unused_parameter void **state)
{
	/* What is not compressed comes as it is, an empty file too, whatever its name is. */
	assert_reads("plain.log", LINES, LINES);
	assert_reads("empty.log", VIEW(""), VIEW(""));
	assert_reads("empty.log.gz", VIEW(""), VIEW(""));
	assert_reads("short.log", VIEW("\x1f"), VIEW("\x1f"));
}

static void test_gzip(unused_parameter void **state)
{
	/* Known by its content: also under another name. */
	assert_reads("access.log.gz", GZIPPED, LINES);
	assert_reads("access.log", GZIPPED, LINES);
}

static void test_several_pieces(unused_parameter void **state)
{
	/* As `cat a.gz b.gz` makes them, and with NULs at the end, as tapes do. */
	struct buffer auto_buffer content;

	buffer_init(&content, 1000);
	buffer_append(&content, GZIPPED);
	buffer_append(&content, GZIPPED);
	assert_reads("two.gz", buffer_view(&content), VIEW("one\ntwo\none\ntwo\n"));
	buffer_append(&content, view_of("\0\0\0", 3));
	assert_reads("padded.gz", buffer_view(&content), VIEW("one\ntwo\none\ntwo\n"));
}

static void test_cut_anywhere(unused_parameter void **state)
{
	/* A file that ends early is never taken for a whole one. */
	for (size_t length = 2; length < GZIPPED.length; length++)
		assert_damaged("cut.gz", view_first(GZIPPED, length), "ends in the middle");
}

static void test_flipped_anywhere(unused_parameter void **state)
{
	/* A flipped bit is told, or was one that means nothing; the lines are right then. */
	size_t told = 0;

	for (size_t bit = 16; bit < GZIPPED.length * 8; bit++) {
		struct buffer auto_buffer content;
		struct buffer auto_buffer text;
		char why[512];

		buffer_init(&content, 1000);
		buffer_init(&text, 1000);
		buffer_append(&content, GZIPPED);
		content.data[bit / 8] = (char)(content.data[bit / 8] ^ (1 << (bit % 8)));
		write_in(path, "flipped.gz", buffer_view(&content));
		if (read_all(100, &text, why) == 0)
			assert_true(view_equal(buffer_view(&text), LINES));
		else
			told++;
	}
	assert_true(told > GZIPPED.length * 8 / 2);
}

static void test_what_is_no_gzip(unused_parameter void **state)
{
	/* Garbage under gzip's name, behind a gzip file, or of another program. */
	struct buffer auto_buffer content;

	assert_damaged("x.log.gz", VIEW("This is a letter."), "no gzip file");
	assert_damaged("x.log.xz", VIEW("\xfd" "7zXZ and more"), "xz files cannot be read");
	assert_damaged("x.log.Z", VIEW("\x1f\x9d\x90 and more"), "compress files cannot be read");
	assert_damaged("x.log", VIEW("BZh9 and more"), "bzip2 files cannot be read");
	buffer_init(&content, 1000);
	buffer_append(&content, GZIPPED);
	buffer_append_text(&content, "and a letter");
	assert_damaged("x.gz", buffer_view(&content), "other bytes follow");
}

static void test_compressed_twice(unused_parameter void **state)
{
	/* What a gzip file holds is no gzip file again: `printf 'one\ntwo\n' | gzip -n | gzip -n`.
	 */
	static const char twice[] =
	    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x93\xef\xe6\x60\x00\x03"
	    "\xe6\xd3\xe7\xbd\x9f\x6a\x69\x9e\x7f\xce\xc4\xf0\x8c\x7b\x97\x10"
	    "\x48\x14\x00\x43\x75\x3a\x28\x1c\x00\x00\x00";

	assert_damaged("x.gz", view_of(twice, sizeof(twice) - 1),
	    "what is compressed in it is gzip, not the lines of a log");
}

static void test_utf16(unused_parameter void **state)
{
	/* With a mark or without, and compressed: as lines it would be read for nothing. */
	static const char compressed[] =
	    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xfb\xff\x2f\x9f\x21\x8f"
	    "\x21\x95\x81\x8b\x01\x00\xec\x94\xdb\x91\x0a\x00\x00\x00";

	assert_damaged("x.log", VIEW("\xff\xfeo\0n\0e\0"), "UTF-16 files cannot be read");
	assert_damaged("x.log", VIEW("\xfe\xff\0o\0n\0e"), "UTF-16 files cannot be read");
	assert_damaged("x.log", VIEW("o\0n\0e\0"), "UTF-16 files cannot be read");
	assert_damaged("x.log", VIEW("\0o\0n\0e"), "UTF-16 files cannot be read");
	assert_damaged("x.gz", view_of(compressed, sizeof(compressed) - 1),
	    "what is compressed in it is UTF-16, not the lines of a log");
	assert_reads("nuls.log", VIEW("\0\0\0\0one\n"), VIEW("\0\0\0\0one\n"));
}

static void test_cannot_be_opened(unused_parameter void **state)
{
	/* Missing, a folder, or without an end: a device, and a pipe that nobody writes into. */
	struct log_input *input = NULL;

	path_in(path, "nowhere");
	assert_int_equal(log_input_open(&input, path), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(log_input_open(&input, path), -EINVAL);
	assert_int_equal(log_input_open(&input, "/dev/zero"), -EINVAL);
	assert_int_equal(log_input_open(&input, directory), -EISDIR);
}

static void test_pipe(unused_parameter void **state)
{
	/* A pipe that we hold is read to its end, by the name that a shell would give. */
	struct buffer auto_buffer text;
	char why[512];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "a line\n", 7), 7);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	buffer_init(&text, 100);
	assert_int_equal(read_all(100, &text, why), 0);
	assert_true(view_equal(buffer_view(&text), VIEW("a line\n")));
	close(ends[0]);
}

/* How long a reader may wait for what is there already, before the test is ended. */
#define PATIENCE_S 20

static void assert_next(struct log_input *input, struct view expected)
{
	char bytes[100];
	size_t length = sizeof(bytes);

	alarm(PATIENCE_S);
	assert_int_equal(log_input_read(input, bytes, sizeof(bytes), &length), 0);
	alarm(0);
	assert_true(view_equal(view_of(bytes, length), expected));
}

/* Each of them is what one read gets. */
static void send_pieces(int end, struct view content, size_t piece)
{
	while (!view_is_empty(content)) {
		struct view first = view_first(content, piece);

		assert_int_equal(write(end, first.data, first.length), first.length);
		content = view_skip(content, first.length);
	}
}

static void test_followed(unused_parameter void **state)
{
	/* What somebody who goes on writing has written is there at once, line by line. */
	struct log_input *auto_call(log_input_close) input = NULL;
	FILE auto_fclose *file = NULL;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	file = fdopen(ends[0], "rb");
	assert_non_null(file);
	assert_int_equal(log_input_new(&input, file, "followed"), 0);
	send_pieces(ends[1], VIEW("a\n"), 2);
	assert_next(input, VIEW("a\n"));
	send_pieces(ends[1], VIEW("b\nc"), 3);
	assert_next(input, VIEW("b\nc"));
	assert_int_equal(log_input_taken(input), 5);
	close(ends[1]);
	assert_next(input, VIEW(""));
}

static void test_bytes_one_by_one(unused_parameter void **state)
{
	/* However few bytes come at a time, what they are is known. */
	const struct view contents[] = {GZIPPED, LINES, VIEW("BZh91AY")};

	for (size_t i = 0; i < count_of(contents); i++) {
		struct log_input *auto_call(log_input_close) input = NULL;
		FILE auto_fclose *file = NULL;
		struct buffer auto_buffer text;
		char bytes[100];
		size_t length = 1;
		int error = 0;
		int ends[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
		file = fdopen(ends[0], "rb");
		assert_non_null(file);
		assert_int_equal(log_input_new(&input, file, "slow"), 0);
		send_pieces(ends[1], contents[i], 1);
		close(ends[1]);
		buffer_init(&text, 100);
		while (error == 0 && length > 0) {
			error = log_input_read(input, bytes, sizeof(bytes), &length);
			if (error == 0)
				buffer_append(&text, view_of(bytes, length));
		}
		assert_int_equal(error, i == 2 ? -EBADMSG : 0);
		assert_true(view_equal(buffer_view(&text), i == 2 ? VIEW("") : LINES));
		if (i == 2)
			assert_string_equal(log_input_why(input),
			    "slow: at byte 0: bzip2 files cannot be read, only gzip and "
			    "plain ones");
	}
}

static void test_cannot_be_read(unused_parameter void **state)
{
	/* Why a file that is open cannot be read is told. */
	struct log_input *auto_call(log_input_close) input = NULL;
	FILE auto_fclose *file = NULL;
	char bytes[1];
	size_t length;

	file = fopen(directory, "rb");
	assert_non_null(file);
	assert_int_equal(log_input_new(&input, file, "folder"), 0);
	assert_int_equal(log_input_read(input, bytes, 1, &length), -EISDIR);
	assert_string_equal(log_input_why(input), "folder: Is a directory");
}

#define input_test(function)                                                                       \
	cmocka_unit_test_setup_teardown(function, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    input_test(test_plain),
	    input_test(test_gzip),
	    input_test(test_several_pieces),
	    input_test(test_cut_anywhere),
	    input_test(test_flipped_anywhere),
	    input_test(test_what_is_no_gzip),
	    input_test(test_compressed_twice),
	    input_test(test_utf16),
	    input_test(test_cannot_be_opened),
	    input_test(test_pipe),
	    input_test(test_followed),
	    input_test(test_bytes_one_by_one),
	    input_test(test_cannot_be_read),
	};

	return cmocka_run_group_tests_name("cli/log_input", tests, NULL, NULL);
}
