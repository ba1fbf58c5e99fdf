<<<<<<< HEAD
/* Runs a fuzz target over files: the arguments, or the corpus of the target's name. Says TAP. */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>

#include "base/file.h"

#define MAX_FILE_BYTES ((size_t)4 * 1024 * 1024)
#define MAX_PATH_BYTES 4096

static bool replay(const char *path, int number)
{
	struct buffer auto_buffer content;
	int error;

	buffer_init(&content, MAX_FILE_BYTES);
	error = file_read(path, &content);
	/* A target that crashes shows the file that it was given last. */
	printf("# %s\n", path);
	fflush(stdout);
	if (error == 0)
		LLVMFuzzerTestOneInput(
		    (const uint8_t *)buffer_text(&content), content.length);
	printf("%s %d - %s\n", error == 0 ? "ok" : "not ok", number, path);
	return error == 0;
}

static int only_files(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int replay_corpus(const char *program)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;
	char directory[MAX_PATH_BYTES];
	struct dirent **entries = NULL;
	bool passed = true;
	int count;

	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%.*s",
	    source != NULL ? source : ".", (int)strcspn(name, "."), name);
	count = scandir(directory, &entries, only_files, alphasort);
	if (count <= 0) {
		printf("Bail out! %s: nothing to replay\n", directory);
		return EXIT_FAILURE;
	}
	printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		char path[MAX_PATH_BYTES + 256];

		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		passed &= replay(path, i + 1);
		free(entries[i]);
	}
	free(entries);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	bool passed = true;

	if (argc < 2)
		return replay_corpus(argv[0]);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++)
		passed &= replay(argv[i], i);
	return passed ? EXIT_SUCCESS : EXIT_FAILURE;
=======
/* Gives a fuzz target every file of its corpus, as libFuzzer would, and says so in TAP: each target
 * is a test in `make check` this way. Findings go into the corpus. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

#define MAX_INPUT_BYTES ((size_t)4 * 1024 * 1024)

static int replay_file(const char *path, unsigned number)
{
	auto_buffer struct buffer bytes;
	int error;

	buffer_init(&bytes, MAX_INPUT_BYTES);
	error = file_read(path, &bytes);
	if (error == 0)
		error = LLVMFuzzerTestOneInput((const uint8_t *)bytes.data, bytes.length);
	printf("%s %u - %s\n", error == 0 ? "ok" : "not ok", number, path);
	fflush(stdout);
	return error;
}

int main(void)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	struct dirent **names = NULL;
	char folder[4096];
	unsigned number = 0;
	int failed = 0;
	int count;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", source != NULL ? source : ".",
	    FUZZ_TARGET);
	count = scandir(folder, &names, NULL, alphasort);
	if (count < 0) {
		printf("Bail out! %s: no such folder\n", folder);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		char path[8192];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			failed |= replay_file(path, ++number);
		free(names[i]);
	}
	free(names);
	printf("1..%u\n", number);
	return failed != 0 || number == 0;
>>>>>>> 84b6616 (tests: bring random requests back from every format, and fuzz the parsers)
}
