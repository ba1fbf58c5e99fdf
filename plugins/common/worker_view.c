#include "common/worker_view.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/plugin.h"

void worker_view_tell(const char *name, enum answer answer)
{
	if (answer == ANSWER_UNKNOWN)
		plugin_fact_unknown(name);
	else
		plugin_fact_yes(name, answer == ANSWER_YES);
}

int worker_view_root(int64_t process_id, int *ret_root)
{
	char path[64];
	int root;

	snprintf(path, sizeof(path), "/proc/%lld/root", (long long)process_id);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	*ret_root = root;
	return 0;
}

int worker_view_open(int root, const char *path, int *ret_file)
{
	/* Links are followed inside that root: a container must not lead us to our own files. */
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	long file = syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (file < 0)
		return -errno;
	*ret_file = (int)file;
	return 0;
}

/* Also without being root, where there is nothing to take on. */
static int take_on(const struct identity *identity)
{
	gid_t own[WORKER_MAX_GROUPS];
	int own_count;

	if (geteuid() == 0) {
		if (setgroups(identity->group_count, identity->groups) < 0 ||
		    setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
		    setresuid(identity->uid, identity->uid, identity->uid) < 0)
			return -errno;
		return 0;
	}
	own_count = getgroups(WORKER_MAX_GROUPS, own);
	if (geteuid() != identity->uid || getegid() != identity->gid || own_count < 0 ||
	    (size_t)own_count != identity->group_count ||
	    memcmp(own, identity->groups, sizeof(*own) * identity->group_count) != 0)
		return -EPERM;
	return 0;
}

static enum answer try_to_read(int root, const char *path, const struct identity *identity)
{
	int file, error;

	if (take_on(identity) < 0)
		return ANSWER_UNKNOWN;
	error = worker_view_open(root, path, &file);
	if (error == 0)
		return ANSWER_YES;
	return error == -EACCES || error == -EPERM || error == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN;
}

enum answer worker_view_may_read(int root, const char *path, const struct identity *identity)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit((int)try_to_read(root, path, identity));
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return ANSWER_UNKNOWN;
	return (enum answer)WEXITSTATUS(status);
}

enum answer worker_view_same_content(int file, int other)
{
	char bytes[4096], other_bytes[4096];
	off_t offset = 0;
	ssize_t got;

	do {
		got = pread(file, bytes, sizeof(bytes), offset);
		if (got < 0)
			return ANSWER_UNKNOWN;
		if (pread(other, other_bytes, sizeof(other_bytes), offset) != got ||
		    memcmp(bytes, other_bytes, (size_t)got) != 0)
			return ANSWER_NO;
		offset += got;
	} while (got > 0);
	return ANSWER_YES;
}
