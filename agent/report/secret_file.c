#include "report/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/secret_digest.h"

static int check(int file)
{
	struct stat status;

	if (fstat(file, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EINVAL;
	if (status.st_uid != 0 && status.st_uid != geteuid())
		return -EPERM;
	return (status.st_mode & (S_IWGRP | S_IRWXO)) == 0 ? 0 : -EPERM;
}

int secret_file_read(const char *path, struct buffer *content)
{
	char chunk[1024];
	ssize_t count;
	/* A pipe must not make us wait for its writer. */
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error;

	if (file < 0)
		return -errno;
	error = check(file);
	while (error == 0 && (count = read(file, chunk, sizeof(chunk))) != 0) {
		if (count > 0)
			buffer_append(content, view_of(chunk, (size_t)count));
		error = count < 0 ? -errno : buffer_error(content);
	}
	close(file);
	return error;
}

const char *secret_file_why(int error)
{
	if (error == -EPERM)
		return "must belong to root or to us, be readable by nobody else and writable "
		       "by no group";
	if (error == -EINVAL)
		return "no regular file, or does not hold what it should";
	return error == -E2BIG ? "too large" : strerror(-error);
}

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct view secret_file_line(struct view content)
{
	while (content.length > 0 && is_space(content.data[0]))
		content = view_skip(content, 1);
	while (content.length > 0 && is_space(content.data[content.length - 1]))
		content.length--;
	return content;
}

int secret_file_read_line(const char *path, char **ret_line)
{
	struct buffer auto_buffer content;
	struct view line;
	int error;

	buffer_init(&content, SECRET_FILE_MAX_LINE_BYTES);
	error = secret_file_read(path, &content);
	line = secret_file_line(buffer_view(&content));
	if (error == 0 && (line.length == 0 || view_contains(line, VIEW("\0"))))
		error = -EINVAL;
	if (error == 0) {
		*ret_line = view_to_text(line);
		error = *ret_line != NULL ? 0 : -ENOMEM;
	}
	if (content.length > 0)
		secret_forget(content.data, content.length);
	return error;
}

void secret_file_forget_line(char **line)
{
	if (*line != NULL)
		secret_forget(*line, strlen(*line));
	free(take_pointer(*line));
}
