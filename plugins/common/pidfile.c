#include "common/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/plugin.h"
#include "trust/trusted_path.h"

#define MAX_LINKS         8
#define MAX_CONTENT_BYTES 64 /* of a first line with a number */
/* A file's time and a process's are told by clocks that may be set a little, and the file may be
 * written before the process is there. */
#define SLACK_MS          60000

/* The way to the file. */
struct way {
	struct trust trust;
	char path[PATH_MAX];
	const char *rest;    /* of it, still to go */
	int place;           /* the folder that is reached, at last the file */
	unsigned links;
	bool is_ours;       /* no folder so far is somebody else's to write to */
	uid_t folder_owner; /* of the last one that is */
	struct stat status; /* of the place */
};

/* ------------------------------------------------------------------------------------ the way */

static int move_to(struct way *way, int place)
{
	if (place < 0)
		return -errno;
	if (way->place >= 0)
		close(way->place);
	way->place = place;
	if (fstat(place, &way->status) < 0)
		return -errno;
	if (S_ISDIR(way->status.st_mode) && !trusted_status(&way->trust, &way->status)) {
		way->is_ours = false;
		way->folder_owner = way->status.st_uid;
	}
	return 0;
}

static int move_to_root(struct way *way)
{
	return move_to(way, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* Whoever can make a link could have it lead to a pidfile of root's. */
static bool may_follow(const struct way *way, const struct stat *link)
{
	return way->is_ours && (link->st_uid == 0 || link->st_uid == way->trust.uid);
}

static int set_out(struct way *way, const char *path)
{
	size_t length = strlen(path);

	if (length >= sizeof(way->path))
		return -ENAMETOOLONG;
	memcpy(way->path, path, length + 1);
	way->rest = way->path;
	return 0;
}

static int follow(struct way *way, const char *name)
{
	char target[PATH_MAX], path[2 * PATH_MAX];
	ssize_t length = readlinkat(way->place, name, target, sizeof(target) - 1);
	int error;

	if (length < 0)
		return -errno;
	target[length] = '\0';
	if (++way->links > MAX_LINKS)
		return -ELOOP;
	snprintf(path, sizeof(path), "%s/%s", target, way->rest);
	error = set_out(way, path);
	return error == 0 && target[0] == '/' ? move_to_root(way) : error;
}

static int step(struct way *way, const char *name, bool last)
{
	/* A pipe in place of the file must not keep us waiting; O_PATH opens nothing. */
	int flags = last ? O_RDONLY | O_NONBLOCK | O_NOCTTY : O_PATH | O_DIRECTORY;
	struct stat status;

	if (fstatat(way->place, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(status.st_mode))
		return may_follow(way, &status) ? follow(way, name) : -EPERM;
	return move_to(way, openat(way->place, name, flags | O_NOFOLLOW | O_CLOEXEC));
}

/* Takes the next name off the rest; false where there is none. */
static bool take_name(struct way *way, char name[NAME_MAX + 1])
{
	const char *from = way->rest + strspn(way->rest, "/");
	size_t length = strcspn(from, "/");

	if (length == 0 || length > NAME_MAX)
		return false;
	memcpy(name, from, length);
	name[length] = '\0';
	way->rest = from + length;
	return true;
}

static int go(struct way *way, const char *path)
{
	char name[NAME_MAX + 1];
	int error;

	*way = (struct way){.trust = trust_of_process(true), .place = -1, .is_ours = true};
	error = path[0] == '/' ? set_out(way, path) : -EINVAL;
	if (error == 0)
		error = move_to_root(way);
	while (error == 0 && take_name(way, name))
		error = step(way, name, way->rest[strspn(way->rest, "/")] == '\0');
	if (error < 0)
		return error;
	if (S_ISDIR(way->status.st_mode))
		return -EISDIR;
	return S_ISREG(way->status.st_mode) ? 0 : -EINVAL;
}

/* ----------------------------------------------------------------------------- what it says */

static int read_number(int file, int64_t *ret_number)
{
	char content[MAX_CONTENT_BYTES];
	ssize_t got = pread(file, content, sizeof(content), 0);
	struct view rest, line;

	if (got < 0)
		return -errno;
	rest = view_of(content, (size_t)got);
	view_cut(&rest, '\n', &line);
	return view_to_int64(view_trim(line), ret_number);
}

/* Whoever wrote the file may name what he could end himself; root, and we, may name any. */
static bool may_name(const struct way *way, uid_t uid)
{
	if (uid != 0 && uid == way->status.st_uid)
		return true;
	if (!trusted_status(&way->trust, &way->status))
		return false;
	return way->is_ours || (uid != 0 && uid == way->folder_owner);
}

static int judge(const struct way *way, const struct process *process)
{
	uid_t uid;
	int error = process_real_user(process->process_id, &uid);

	if (error < 0)
		return error == -ENOENT ? -ESRCH : error;
	if (!may_name(way, uid))
		return -EPERM;
	return process_start_ms(process) > plugin_ms(way->status.st_mtim) + SLACK_MS ? -ESTALE : 0;
}

static int find(
    const struct way *way, const struct processes *processes, const struct process **ret_process)
{
	const struct process *process;
	int64_t number = 0;
	int error = read_number(way->place, &number);

	if (error < 0)
		return error;
	process = processes_find(processes, number);
	error = process != NULL ? judge(way, process) : -ESRCH;
	if (error == 0)
		*ret_process = process;
	return error;
}

int pidfile_find(
    const char *path, const struct processes *processes, const struct process **ret_process)
{
	struct way way;
	int error = go(&way, path);

	if (error == 0)
		error = find(&way, processes, ret_process);
	else if (error == -ENOENT)
		error = -ESRCH;
	if (way.place >= 0)
		close(way.place);
	return error;
}
