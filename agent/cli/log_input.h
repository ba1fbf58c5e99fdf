/* A log's bytes from beginning to end, whether the file is plain or was compressed with gzip, in
 * one piece or several. In bounded memory, however much a few compressed bytes become. */
#ifndef AUTHMEDIC_CLI_LOG_INPUT_H
#define AUTHMEDIC_CLI_LOG_INPUT_H

#include "base/view.h"

struct log_input;

/* -errno where it cannot be opened, of file_check_readable_to_end() too. What is gzip is known by
 * its content, not by its name. */
must_check int log_input_open(struct log_input **ret_input, const char *path);
/* Reads a file that is open, and leaves it open; `path` is its name for complaints. */
must_check int log_input_new(struct log_input **ret_input, FILE *file, const char *path);
void log_input_close(struct log_input **input);

/* Fills as much of the bytes as there is now; none at the end. -EBADMSG where the content is
 * damaged, cut short, or compressed otherwise, or why it cannot be read. */
must_check int log_input_read(
    struct log_input *input, char *bytes, size_t size, size_t *ret_length);

/* How many of the file's own bytes were taken from it so far. */
uint64_t log_input_taken(const struct log_input *input);

/* Path, place and reason of the error that was returned last, for a person. */
const char *log_input_why(const struct log_input *input);

#endif
