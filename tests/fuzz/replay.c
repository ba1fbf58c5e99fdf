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
}
