#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/plugin.h"
#include "common/worker.h"
#include "inspect-keytab/keys.h"
#include "inspect-keytab/worker_view.h"

#define DEFAULT_KRB5_CONFIG "/etc/krb5.conf"

struct keytab {
	const char *path;
	enum answer exists;
	struct stat status; /* where it exists */
	int file;	    /* -1 where it cannot be read */
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: inspect-keytab\n"
	      "kind: inspector\n"
	      "title: which keys the keytab holds for the service, and which file the worker sees\n"
	      "with: {}\n",
	    stdout);
	return PLUGIN_DONE;
}

static int64_t ms_of(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void tell(const char *name, enum answer answer)
{
	if (answer == ANSWER_UNKNOWN)
		plugin_fact_unknown(name);
	else
		plugin_fact_yes(name, answer == ANSWER_YES);
}

/* ------------------------------------------------------------------------------- the file */

static void tell_file(const struct keytab *keytab)
{
	tell("keytab.exists", keytab->exists);
	tell("keytab.readable", keytab->file >= 0 ? ANSWER_YES : ANSWER_NO);
	if (keytab->exists != ANSWER_YES) {
		plugin_fact_unknown("keytab.modified");
		plugin_fact_unknown("keytab.changed");
		plugin_fact_unknown("keytab.inode");
		return;
	}
	plugin_fact_time("keytab.modified", ms_of(keytab->status.st_mtim));
	plugin_fact_time("keytab.changed", ms_of(keytab->status.st_ctim));
	plugin_fact("keytab.inode", "%llu", (unsigned long long)keytab->status.st_ino);
}

/* ------------------------------------------------------------------------------- the keys */

static void tell_enctypes(const struct keys *keys)
{
	printf("keytab.enctypes=");
	for (size_t i = 0; i < keys->enctypes.count; i++) {
		char name[100];

		keys_enctype_name(keys->enctypes.items[i], name, sizeof(name));
		printf("%s%s", i > 0 ? " " : "", name);
	}
	putchar('\n');
}

/* A keytab without a key for the service says so by empty lists. */
static void tell_keys(const struct keytab *keytab)
{
	const struct keys_query query = {.file = keytab->path,
	    .service = plugin_value("AUTHMEDIC_SERVICE"),
	    .krb5_config = plugin_value("AUTHMEDIC_KRB5_CONFIG")};
	struct keys keys;

	if (query.service == NULL || keytab->file < 0 || keys_read(&keys, &query) < 0) {
		plugin_fact_unknown("keytab.principals");
		plugin_fact_unknown("keytab.kvnos");
		plugin_fact_unknown("keytab.kvno");
		plugin_fact_unknown("keytab.enctypes");
		return;
	}
	plugin_fact("keytab.principals", "%zu", keys.principals);
	printf("keytab.kvnos=");
	for (size_t i = 0; i < keys.kvnos.count; i++)
		printf("%s%u", i > 0 ? " " : "", keys.kvnos.items[i]);
	putchar('\n');
	if (keys.kvnos.count > 0)
		plugin_fact("keytab.kvno", "%u", keys.kvnos.items[keys.kvnos.count - 1]);
	else
		plugin_fact_unknown("keytab.kvno");
	tell_enctypes(&keys);
}

/* ----------------------------------------------------------------------------- the worker's */

/* With the groups of the process, and with those that its user would be given today. */
static void tell_readable(int root, const char *path, const struct worker *worker)
{
	struct identity identity = {worker->uid, worker->gid, worker->groups, worker->group_count};
	const struct passwd *user = worker->knows_identity ? getpwuid(worker->uid) : NULL;
	gid_t groups[WORKER_MAX_GROUPS];
	int group_count = WORKER_MAX_GROUPS;

	if (worker->knows_identity)
		tell("keytab.worker_readable", worker_view_may_read(root, path, &identity));
	else
		plugin_fact_unknown("keytab.worker_readable");
	if (user == NULL || getgrouplist(user->pw_name, worker->gid, groups, &group_count) < 0) {
		plugin_fact_unknown("keytab.user_readable");
		return;
	}
	identity.groups = groups;
	identity.group_count = (size_t)group_count;
	tell("keytab.user_readable", worker_view_may_read(root, path, &identity));
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

static void tell_seen(int root, const struct keytab *ours)
{
	struct keytab seen = {.path = ours->path, .file = -1};
	int error = worker_view_open(root, seen.path, &seen.file);

	if (error == 0 && fstat(seen.file, &seen.status) == 0) {
		plugin_fact("keytab.worker_inode", "%llu", (unsigned long long)seen.status.st_ino);
		tell("keytab.worker_matches", is_same(ours, &seen));
	} else {
		plugin_fact_unknown("keytab.worker_inode");
		tell("keytab.worker_matches", error == -ENOENT ? ANSWER_NO : ANSWER_UNKNOWN);
	}
	if (seen.file >= 0)
		close(seen.file);
}

static void tell_worker_view(const struct keytab *ours)
{
	struct worker worker;
	int root;

	if (worker_find(&worker) == 0 && worker.count > 0 &&
	    worker_view_root(worker.oldest.process_id, &root) == 0) {
		tell_seen(root, ours);
		tell_readable(root, ours->path, &worker);
		close(root);
		return;
	}
	plugin_fact_unknown("keytab.worker_inode");
	plugin_fact_unknown("keytab.worker_matches");
	plugin_fact_unknown("keytab.worker_readable");
	plugin_fact_unknown("keytab.user_readable");
}

/* ------------------------------------------------------------------------------------ verbs */

static void tell_krb5_config(void)
{
	const char *path = plugin_value("AUTHMEDIC_KRB5_CONFIG");
	struct stat status;

	if (stat(path != NULL ? path : DEFAULT_KRB5_CONFIG, &status) == 0)
		plugin_fact_time("krb5conf.modified", ms_of(status.st_mtim));
	else
		plugin_fact_unknown("krb5conf.modified");
}

static void open_keytab(struct keytab *keytab)
{
	keytab->exists = stat(keytab->path, &keytab->status) == 0 ? ANSWER_YES
			 : errno == ENOENT			  ? ANSWER_NO
								  : ANSWER_UNKNOWN;
	if (keytab->exists == ANSWER_YES && S_ISREG(keytab->status.st_mode))
		keytab->file = open(keytab->path, O_RDONLY | O_CLOEXEC);
}

static int inspect(void)
{
	struct keytab keytab = {.path = plugin_value("AUTHMEDIC_KEYTAB"), .file = -1};

	tell_krb5_config();
	if (keytab.path == NULL)
		return PLUGIN_DONE; /* the site has none to tell of */
	open_keytab(&keytab);
	tell_file(&keytab);
	tell_keys(&keytab);
	tell_worker_view(&keytab);
	if (keytab.file >= 0)
		close(keytab.file);
	return PLUGIN_DONE;
}

static int check(void)
{
	if (plugin_value("AUTHMEDIC_KEYTAB") != NULL)
		return PLUGIN_DONE;
	fputs("the site says no keytab\n", stderr);
	return PLUGIN_BAD_CONFIG;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"inspect", inspect}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
