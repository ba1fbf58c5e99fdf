#include "follower.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "intake/files.h"

/* The candidates of the pattern, as "place<name" for rotated ones and "name" for the others. */
static void expect_candidates(const char *pattern, const char *names)
{
	struct buffer auto_buffer found;
	struct candidates candidates = {0};
	struct files *files = NULL;

	buffer_init(&found, 4096);
	assert_int_equal(files_new(&files, in(pattern)), 0);
	assert_int_equal(files_scan(files, &candidates), 0);
	for (size_t i = 0; i < candidates.list.count; i++) {
		const struct candidate *candidate = &candidates.list.items[i];
		const char *name = strrchr(candidate->path, '/') + 1;

		if (candidate->rotated || strcmp(candidate->place, name) != 0)
			buffer_append_format(&found, "%s<", candidate->place);
		buffer_append_format(&found, "%s ", name);
	}
	assert_string_equal(buffer_text(&found), names);
	files_forget(&candidates);
	files_free(&files);
}

/* A path means its file and what rotation made of it, oldest first; nothing else. */
static void a_path_has_generations(unused_parameter void **state)
{
	add("access.log", "");
	add("access.log.1", "");
	add("access.log.2", "");
	add("access.log.3.gz", "");
	add("access.log.bak", "");
	add("other.log", "");
	add("access.logs", "");
	expect_candidates("access.log",
	    "access.log<access.log.2 access.log<access.log.1 "
	    "access.log<access.log.bak access.log ");
	expect_candidates("missing.log", "");
}

/* A glob means its files; one that looks rotated counts as such where its origin is there. */
static void a_glob_tells_generations_from_files(unused_parameter void **state)
{
	add("a.log", "");
	add("a.log.1", "");
	add("b-20260101.log", "");
	add("b.log", "");
	add("c-20260101.log", "");
	add("d.log.1", "");
	expect_candidates("*.log",
	    "a.log<a.log.1 b.log<b-20260101.log d.log<d.log.1 a.log b.log "
	    "c-20260101.log ");
	expect_candidates("a.log*", "a.log<a.log.1 a.log ");
}

/* Behind a link the file itself is meant, and its generations are looked for beside it too. */
static void a_link_means_its_file(unused_parameter void **state)
{
	add("real.log", "");
	add("real.log.1", "");
	assert_int_equal(symlink("real.log", in("access.log")), 0);
	expect_candidates("access.log", "access.log<real.log.1 access.log<real.log ");
}

static int open_only(const char *name, bool linked)
{
	struct candidate candidate = {
	    .path = (char *)in(name), .linked = linked, .link_owner = 12345};
	int descriptor;
	int error;

	if (look_at_path(candidate.path, &candidate.look) < 0)
		candidate.look.mode = 0; /* nothing is there */
	error = files_open(&candidate, &descriptor);
	if (error == 0)
		close(descriptor);
	return error;
}

/* Only regular files are opened, never through a link, and without blocking. */
static void opens_regular_files_only(unused_parameter void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	add("file", "");
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(mkdir(in("folder"), 0700), 0);
	assert_int_equal(symlink("file", in("link")), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", in("socket"));
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(open_only("file", false), 0);
	assert_int_equal(open_only("fifo", false), -EMEDIUMTYPE);
	assert_int_equal(open_only("folder", false), -EMEDIUMTYPE);
	assert_int_equal(open_only("link", false), -ELOOP);
	assert_int_equal(open_only("socket", false), -ENXIO);
	assert_int_equal(open_only("missing", false), -ENOENT);
	assert_int_equal(open_only("file", true), -EPERM);
	close(listening);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    follower_test(a_path_has_generations),
	    follower_test(a_glob_tells_generations_from_files),
	    follower_test(a_link_means_its_file),
	    follower_test(opens_regular_files_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
