#include "common/remedy_command.h"

#include <ctype.h>
#include <errno.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "common/plugin.h"

#define WITH           "AUTHMEDIC_WITH_"
#define MAX_NAME_BYTES 96
#define MAX_WAIT_MS    INT64_C(60000)
#define SIGNALLED      128

int remedy_complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return PLUGIN_BAD_CONFIG;
}

/* ------------------------------------------------------------------------------ configuration */

static void name_of(char name[MAX_NAME_BYTES], const char *key, const char *suffix)
{
	snprintf(name, MAX_NAME_BYTES, WITH "%s%s", key, suffix);
	for (char *byte = name; *byte != '\0'; byte++)
		*byte = (char)toupper((unsigned char)*byte);
}

const char *remedy_value(const char *key, const char *otherwise)
{
	char name[MAX_NAME_BYTES];
	const char *value;

	name_of(name, key, "");
	value = plugin_value(name);
	return value != NULL ? value : otherwise;
}

int remedy_add_word(struct remedy_command *command, const char *word)
{
	if (command->count == REMEDY_MAX_WORDS)
		return remedy_complain("a command has at most %d words", REMEDY_MAX_WORDS);
	command->words[command->count++] = word;
	return PLUGIN_DONE;
}

static int read_words(struct remedy_command *command, const char *key, const char *count_text)
{
	uint64_t count;

	if (view_to_uint64(view_of_text(count_text), &count) < 0 || count == 0 ||
	    count > REMEDY_MAX_WORDS)
		return remedy_complain(
		    "with.%s must be a list of 1 to %d words", key, REMEDY_MAX_WORDS);
	for (uint64_t i = 1; i <= count; i++) {
		char name[MAX_NAME_BYTES], suffix[32];
		const char *word;

		snprintf(suffix, sizeof(suffix), "_%llu", (unsigned long long)i);
		name_of(name, key, suffix);
		word = getenv(name);
		if (word == NULL)
			return remedy_complain("with.%s lacks a word", key);
		command->words[command->count++] = word;
	}
	if (command->words[0][0] != '/')
		return remedy_complain("with.%s must begin with an absolute path", key);
	return PLUGIN_DONE;
}

int remedy_read_command(
    struct remedy_command *command, const char *key, const char *const *otherwise)
{
	char name[MAX_NAME_BYTES];
	const char *count;

	*command = (struct remedy_command){0};
	if (remedy_value(key, NULL) != NULL)
		return remedy_complain("with.%s must be a list: [/path/of/program, argument]", key);
	name_of(name, key, "_COUNT");
	count = plugin_value(name);
	if (count != NULL)
		return read_words(command, key, count);
	for (size_t i = 0; otherwise != NULL && otherwise[i] != NULL; i++)
		command->words[command->count++] = otherwise[i];
	return PLUGIN_DONE;
}

int remedy_choice(const char *key, const char *const *choices)
{
	const char *value = remedy_value(key, choices[0]);

	for (int i = 0; choices[i] != NULL; i++)
		if (strcmp(choices[i], value) == 0)
			return i;
	fprintf(stderr, "with.%s must be one of:", key);
	for (int i = 0; choices[i] != NULL; i++)
		fprintf(stderr, " %s", choices[i]);
	fputc('\n', stderr);
	return -1;
}

int64_t remedy_duration_ms(const char *key, int64_t otherwise_ms)
{
	const char *value = remedy_value(key, NULL);
	int64_t duration_ms;

	if (value == NULL)
		return otherwise_ms;
	if (text_to_duration_ms(view_of_text(value), &duration_ms) == 0 &&
	    duration_ms <= MAX_WAIT_MS)
		return duration_ms;
	remedy_complain("with.%s must be a duration such as 20s, at most 1m", key);
	return -1;
}

int remedy_check_command(const struct remedy_command *command)
{
	struct stat status;

	if (command->count > 0 && stat(command->words[0], &status) == 0 &&
	    S_ISREG(status.st_mode) && access(command->words[0], X_OK) == 0)
		return PLUGIN_DONE;
	return remedy_complain("%s is no program", command->count > 0 ? command->words[0] : "");
}

void remedy_tell_command(const struct remedy_command *command)
{
	for (size_t i = 0; i < command->count; i++)
		printf("%s%s", i > 0 ? " " : "would run: ", command->words[i]);
	putchar('\n');
}

/* ------------------------------------------------------------------------------------- running */

/* Not a pipe: a server that the command starts would hold that open for as long as it lives. */
static int start(const struct remedy_command *command, int output, pid_t *ret_child)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return -error;
	error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (error == 0)
		error = posix_spawnp(ret_child, command->words[0], &actions, NULL,
		    (char *const *)command->words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

void remedy_read_said(int output, struct buffer *said)
{
	char chunk[4096];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(output, chunk, sizeof(chunk), at)) > 0) {
		struct view kept = view_of(chunk, (size_t)got);

		buffer_append(said, view_first(kept, said->max_bytes - said->length));
		at += got;
	}
}

int remedy_run(const struct remedy_command *command, struct buffer *said)
{
	int output = memfd_create("said", MFD_CLOEXEC);
	int status = 0, error;
	pid_t child = 0;

	if (output < 0)
		return -errno;
	fflush(stdout);
	/* What the command starts shall be as usual; ours hides files from everybody else. */
	umask(022);
	error = start(command, output, &child);
	if (error == 0 && waitpid(child, &status, 0) != child)
		error = -errno;
	if (error == 0)
		remedy_read_said(output, said);
	close(output);
	if (error < 0)
		return error;
	return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
}

int remedy_run_and_tell(const struct remedy_command *command)
{
	struct buffer auto_buffer said;
	int status;

	buffer_init(&said, REMEDY_MAX_SAID);
	status = remedy_run(command, &said);
	fwrite(buffer_text(&said), 1, said.length, stdout);
	if (status < 0)
		return remedy_complain("%s: %s", command->words[0], strerror(-status));
	if (status == 0 || status == PLUGIN_TRY_LATER)
		return status;
	if (said.length == 0)
		fprintf(stderr, "%s ended with status %d\n", command->words[0], status);
	return PLUGIN_FAILED;
}

int64_t remedy_now_ms(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_BOOTTIME, &now) < 0 ? 0 : plugin_ms(now);
}
