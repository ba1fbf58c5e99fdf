#include "inspect-keytab/seen.h"

#include <errno.h>
#include <unistd.h>

#include "common/mounts.h"
#include "common/plugin.h"
#include "common/todays_groups.h"
#include "common/worker.h"

#define MAX_SETTING_BYTES 64

/* The file under the worker's path, as far as its root shows it. */
struct sight {
	int root;
	const char *path;
	enum answer mount_deleted; /* then a restart mounts another */
	bool is_elsewhere;         /* what the worker reads: its root has no such path */
};

/* gssproxy reads the keytab for a worker that is told so: then its own rights tell nothing. */
static bool uses_proxy(const struct worker *worker)
{
	static const char *const yes[] = {"1", "on", "true", "yes"};
	struct buffer auto_buffer value;

	buffer_init(&value, MAX_SETTING_BYTES);
	if (process_append_text(
		worker->oldest.process_id, "environ", "GSS_USE_PROXY=", &value) < 0)
		return false;
	for (size_t i = 0; i < count_of(yes); i++)
		if (view_equal_ignoring_case(buffer_view(&value), view_of_text(yes[i])))
			return true;
	return false;
}

static enum answer may_worker_read(const struct sight *sight, const struct worker *worker)
{
	const struct identity identity = {
	    worker->uid, worker->gid, worker->groups, worker->group_count};

	return worker->knows_identity ? worker_view_may_read(sight->root, sight->path, &identity)
				      : ANSWER_UNKNOWN;
}

/* After a restart, so with the groups of today. */
static enum answer may_user_read(const struct sight *sight, const struct worker *worker)
{
	gid_t groups[WORKER_MAX_GROUPS];
	struct identity identity = {worker->uid, worker->gid, groups, 0};
	enum answer answer;

	if (todays_groups(worker, groups, &identity.group_count) < 0)
		return ANSWER_UNKNOWN;
	answer = worker_view_may_read(sight->root, sight->path, &identity);
	return answer == ANSWER_NO && sight->mount_deleted == ANSWER_YES ? ANSWER_UNKNOWN : answer;
}

static void tell_readable(const struct sight *sight, const struct worker *worker)
{
	bool by_itself = !uses_proxy(worker) && !sight->is_elsewhere;

	worker_view_tell("keytab.worker_readable",
	    by_itself ? may_worker_read(sight, worker) : ANSWER_UNKNOWN);
	worker_view_tell("keytab.user_readable",
	    by_itself ? may_user_read(sight, worker) : ANSWER_UNKNOWN);
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

/* Opens the file that the worker sees; `seen` has no file where it sees none: it lacks what it had
 * where its mount is gone, and else has its keys from somewhere else, if there are any. */
static void tell_seen(struct sight *sight, const struct keytab *ours, struct keytab *seen)
{
	int error = worker_view_open(sight->root, sight->path, &seen->file);

	sight->is_elsewhere =
	    error == -ENOENT && sight->mount_deleted != ANSWER_YES && ours->file >= 0;
	if (error < 0 || fstat(seen->file, &seen->status) < 0 ||
	    !S_ISREG(seen->status.st_mode)) {
		plugin_facts_unknown(seen_names, count_of(seen_names));
		worker_view_tell("keytab.worker_matches",
		    error == -ENOENT && sight->mount_deleted == ANSWER_YES ? ANSWER_NO
									   : ANSWER_UNKNOWN);
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

static enum answer is_mount_deleted(int64_t process_id, const char *path)
{
	bool deleted;

	if (mounts_is_deleted(process_id, path, &deleted) < 0)
		return ANSWER_UNKNOWN;
	return deleted ? ANSWER_YES : ANSWER_NO;
}

void seen_tell(const struct keytab *ours, struct keytab *seen)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	struct sight sight = {.path = ours->path};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == 0 && worker.count > 0 &&
	    worker_view_root(worker.oldest.process_id, &sight.root) == 0) {
		sight.mount_deleted = is_mount_deleted(worker.oldest.process_id, ours->path);
		worker_view_tell("keytab.mount_deleted", sight.mount_deleted);
		tell_seen(&sight, ours, seen);
		tell_readable(&sight, &worker);
		close(sight.root);
		return;
	}
	plugin_facts_unknown(seen_names, count_of(seen_names));
	plugin_fact_unknown("keytab.worker_matches");
	plugin_fact_unknown("keytab.mount_deleted");
	plugin_fact_unknown("keytab.worker_readable");
	plugin_fact_unknown("keytab.user_readable");
}
