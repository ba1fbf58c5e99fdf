#include "inspect-keytab/seen.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "common/mounts.h"
#include "common/plugin.h"
#include "common/worker.h"

/* With the groups of the process, and with those that its user would be given today. */
static void tell_readable(int root, const char *path, const struct worker *worker)
{
	struct identity identity = {worker->uid, worker->gid, worker->groups, worker->group_count};
	const struct passwd *user = worker->knows_identity ? getpwuid(worker->uid) : NULL;
	gid_t groups[WORKER_MAX_GROUPS];
	int group_count = WORKER_MAX_GROUPS;

	if (worker->knows_identity)
		worker_view_tell("keytab.worker_readable",
		    worker_view_may_read(root, path, &identity));
	else
		plugin_fact_unknown("keytab.worker_readable");
	if (user == NULL || getgrouplist(user->pw_name, worker->gid, groups, &group_count) < 0) {
		plugin_fact_unknown("keytab.user_readable");
		return;
	}
	identity.groups = groups;
	identity.group_count = (size_t)group_count;
	worker_view_tell("keytab.user_readable", worker_view_may_read(root, path, &identity));
}

/* The same file, or at least the same bytes. */
static enum answer is_same(const struct keytab *ours, const struct keytab *seen)
{
	if (ours->file < 0)
		return ANSWER_UNKNOWN;
	if (ours->status.st_ino == seen->status.st_ino &&
	    ours->status.st_dev == seen->status.st_dev)
		return ANSWER_YES;
	return worker_view_same_content(ours->file, seen->file);
}

/* What the worker has open under the path is reached by our own descriptor. */
static void tell_seen_keys(struct keytab *seen)
{
	struct keys keys;

	if (keytab_read_keys(seen->path, &keys) < 0) {
		plugin_fact_unknown("keytab.worker_kvnos");
		return;
	}
	keytab_tell_kvnos("keytab.worker_kvnos", &keys);
	keys_done(&keys);
}

static const char *const seen_names[] = {"keytab.worker_inode", "keytab.worker_modified",
    "keytab.worker_changed", "keytab.worker_kvnos"};

/* Opens the file that the worker sees; `seen` has no file where it sees none. */
static void tell_seen(int root, const struct keytab *ours, struct keytab *seen)
{
	int error = worker_view_open(root, ours->path, &seen->file);

	if (error < 0 || fstat(seen->file, &seen->status) < 0 ||
	    !S_ISREG(seen->status.st_mode)) {
		plugin_facts_unknown(seen_names, count_of(seen_names));
		worker_view_tell("keytab.worker_matches",
		    error == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN);
		return;
	}
	snprintf(seen->opened, sizeof(seen->opened), "/proc/self/fd/%d", seen->file);
	seen->path = seen->opened;
	plugin_fact("keytab.worker_inode", "%llu", (unsigned long long)seen->status.st_ino);
	plugin_fact_time("keytab.worker_modified", plugin_ms(seen->status.st_mtim));
	plugin_fact_time("keytab.worker_changed", plugin_ms(seen->status.st_ctim));
	tell_seen_keys(seen);
	worker_view_tell("keytab.worker_matches", is_same(ours, seen));
}

static void tell_mount(int64_t process_id, const char *path)
{
	bool deleted;

	if (mounts_is_deleted(process_id, path, &deleted) < 0)
		plugin_fact_unknown("keytab.mount_deleted");
	else
		plugin_fact_yes("keytab.mount_deleted", deleted);
}

void seen_tell(const struct keytab *ours, struct keytab *seen)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);
	int root;

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == 0 && worker.count > 0 &&
	    worker_view_root(worker.oldest.process_id, &root) == 0) {
		tell_seen(root, ours, seen);
		tell_mount(worker.oldest.process_id, ours->path);
		tell_readable(root, ours->path, &worker);
		close(root);
		return;
	}
	plugin_facts_unknown(seen_names, count_of(seen_names));
	plugin_fact_unknown("keytab.worker_matches");
	plugin_fact_unknown("keytab.mount_deleted");
	plugin_fact_unknown("keytab.worker_readable");
	plugin_fact_unknown("keytab.user_readable");
}
