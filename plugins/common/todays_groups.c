#include "common/todays_groups.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "common/command.h"
#include "common/unit.h"
#include "common/worker_view.h"

#define SYSTEMD_RUNS	  "/run/systemd/system" /* as sd_booted(3) looks for it */
#define MAX_PRINTED_BYTES ((size_t)64 * 1024)
#define MAX_NAME_BYTES	  256

struct groups {
	gid_t *items;
	size_t count;
};

static bool has(const struct groups *groups, gid_t group)
{
	for (size_t i = 0; i < groups->count; i++)
		if (groups->items[i] == group)
			return true;
	return false;
}

static int add(struct groups *groups, gid_t group)
{
	if (has(groups, group))
		return 0;
	if (groups->count == WORKER_MAX_GROUPS)
		return -ENOSPC;
	groups->items[groups->count++] = group;
	return 0;
}

/* What a user or a group is called in a unit: its name, or its number. */
static bool read_number(struct view word, uint32_t *ret_number)
{
	uint64_t number;

	if (view_to_uint64(word, &number) < 0 || number >= UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static bool is_user(struct view word, const struct passwd *user)
{
	uint32_t number;

	return view_equal_text(word, user->pw_name) ||
	       (read_number(word, &number) && number == user->pw_uid);
}

static int add_named(struct groups *groups, struct view word)
{
	char name[MAX_NAME_BYTES];
	const struct group *group;
	uint32_t number;

	if (read_number(word, &number))
		return add(groups, number);
	if (word.length == 0 || word.length >= sizeof(name))
		return 0;
	snprintf(name, sizeof(name), "%.*s", VIEW_ARGUMENTS(word));
	group = getgrnam(name);
	return group == NULL ? 0 : add(groups, group->gr_gid);
}

static int add_all(struct groups *groups, struct view words)
{
	int error = 0;

	while (error == 0 && words.length > 0) {
		struct view word;

		view_cut(&words, ' ', &word);
		error = add_named(groups, word);
	}
	return error;
}

/* A server that takes on its user by itself gives up what groups its unit gave it. */
static int add_those_of_unit(
    struct groups *groups, const struct worker *worker, const struct passwd *user)
{
	char unit[UNIT_MAX_BYTES + 1];
	const char *const argv[] = {
	    UNIT_SYSTEMCTL, "show", "--property=User,SupplementaryGroups", "--", unit, NULL};
	struct buffer auto_buffer printed;
	struct view rest, line, name, added = {0};
	bool starts_as_user = false;
	int error;

	buffer_init(&printed, MAX_PRINTED_BYTES);
	if (unit_of_worker(worker->oldest.process_id, unit) < 0)
		return 0;
	error = command_run(argv, &printed);
	if (error < 0)
		return access(SYSTEMD_RUNS, F_OK) < 0 ? 0 : error;
	rest = buffer_view(&printed);
	while (rest.length > 0) {
		view_cut(&rest, '\n', &line);
		if (!view_cut(&line, '=', &name))
			continue;
		if (view_equal_text(name, "User"))
			starts_as_user = is_user(line, user);
		else if (view_equal_text(name, "SupplementaryGroups"))
			added = line;
	}
	return starts_as_user ? add_all(groups, added) : 0;
}

/* The same file, or a copy of it. */
static bool is_ours(int root, const char *path)
{
	struct stat status;
	bool same = false;
	int ours, theirs;

	ours = open(path, O_RDONLY | O_CLOEXEC);
	if (ours < 0)
		return false;
	if (worker_view_open(root, path, &theirs) == 0) {
		if (fstat(theirs, &status) == 0 && S_ISREG(status.st_mode))
			same = worker_view_same_content(ours, theirs) == ANSWER_YES;
		close(theirs);
	}
	close(ours);
	return same;
}

static bool has_our_database(const struct worker *worker)
{
	bool has;
	int root;

	if (worker_view_root(worker->oldest.process_id, &root) < 0)
		return false;
	has = is_ours(root, "/etc/passwd") && is_ours(root, "/etc/group");
	close(root);
	return has;
}

int todays_groups(
    const struct worker *worker, gid_t ret_groups[WORKER_MAX_GROUPS], size_t *ret_count)
{
	const struct passwd *user = worker->knows_identity ? getpwuid(worker->uid) : NULL;
	struct groups groups = {.items = ret_groups};
	int count = WORKER_MAX_GROUPS;
	int error;

	if (user == NULL)
		return -ESRCH;
	if (!has_our_database(worker))
		return -EXDEV;
	if (getgrouplist(user->pw_name, worker->gid, ret_groups, &count) < 0)
		return -ENOSPC;
	groups.count = (size_t)count;
	error = add_those_of_unit(&groups, worker, user);
	*ret_count = groups.count;
	return error;
}
