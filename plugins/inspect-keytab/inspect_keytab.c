#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mounts.h"
#include "common/plugin.h"
#include "common/worker.h"
#include "common/worker_view.h"
#include "inspect-keytab/keys.h"
#include "inspect-keytab/ticket.h"
#include "probe/deadline.h"

#define KDC_TIMEOUT_MS  8000
#define MAX_WORDS_BYTES 512

struct keytab {
	const char *path;
	enum answer exists;
	struct stat status; /* where it exists */
	int file;	    /* -1 where it cannot be read */
	char opened[32];    /* a path to that file, whatever the first one leads to by now */
};

/* ------------------------------------------------------------------------------- the file */

static void tell_file(const struct keytab *keytab)
{
	static const char *const names[] = {"keytab.modified", "keytab.changed", "keytab.inode",
	    "keytab.mode", "keytab.uid", "keytab.gid"};

	worker_view_tell("keytab.exists", keytab->exists);
	worker_view_tell("keytab.readable", keytab->file >= 0 ? ANSWER_YES : ANSWER_NO);
	if (keytab->exists != ANSWER_YES) {
		plugin_facts_unknown(names, count_of(names));
		return;
	}
	plugin_fact_time("keytab.modified", plugin_ms(keytab->status.st_mtim));
	plugin_fact_time("keytab.changed", plugin_ms(keytab->status.st_ctim));
	plugin_fact("keytab.inode", "%llu", (unsigned long long)keytab->status.st_ino);
	plugin_fact("keytab.mode", "%04o", keytab->status.st_mode & 07777U);
	plugin_fact("keytab.uid", "%u", keytab->status.st_uid);
	plugin_fact("keytab.gid", "%u", keytab->status.st_gid);
}

/* ------------------------------------------------------------------------------- the keys */

static void tell_enctypes(const struct keys *keys)
{
	struct plugin_list list;

	plugin_list_init(&list, "keytab.enctypes");
	for (size_t i = 0; i < keys->enctypes.count; i++) {
		char name[100];

		keys_enctype_name(keys->enctypes.items[i], name, sizeof(name));
		plugin_list_add(&list, "%s", name);
	}
	plugin_list_done(&list);
}

static void tell_kvnos(const char *name, const struct keys *keys)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	for (size_t i = 0; i < keys->kvnos.count; i++)
		plugin_list_add(&list, "%u", keys->kvnos.items[i]);
	plugin_list_done(&list);
}

static void tell_entries(const struct keys *keys)
{
	struct view rest = buffer_view(&keys->entries), line;
	struct plugin_list list;

	plugin_list_init(&list, "keytab.keys");
	while (view_cut(&rest, '\n', &line))
		plugin_list_add(&list, "%.*s", VIEW_ARGUMENTS(line));
	plugin_list_done(&list);
}

/* The keys in a file that we have open; -ENOKEY where the site says no service. */
static int read_keys(const char *file, struct keys *ret_keys)
{
	const struct keys_query query = {.file = file,
	    .service = plugin_value("AUTHMEDIC_SERVICE"),
	    .krb5_config = plugin_value("AUTHMEDIC_KRB5_CONFIG")};

	return query.service == NULL ? -ENOKEY : keys_read(ret_keys, &query);
}

/* A keytab without a key for the service says so by empty lists. */
static void tell_keys(const struct keytab *keytab)
{
	static const char *const names[] = {"keytab.principals", "keytab.kvnos", "keytab.kvno",
	    "keytab.enctypes", "keytab.keys"};
	struct keys keys;

	if (keytab->file < 0 || read_keys(keytab->path, &keys) < 0) {
		plugin_facts_unknown(names, count_of(names));
		return;
	}
	plugin_fact("keytab.principals", "%zu", keys.principals);
	tell_kvnos("keytab.kvnos", &keys);
	if (keys.kvnos.count > 0)
		plugin_fact("keytab.kvno", "%u", keys.kvnos.items[keys.kvnos.count - 1]);
	else
		plugin_fact_unknown("keytab.kvno");
	tell_enctypes(&keys);
	tell_entries(&keys);
	keys_done(&keys);
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

	if (read_keys(seen->path, &keys) < 0) {
		plugin_fact_unknown("keytab.worker_kvnos");
		return;
	}
	tell_kvnos("keytab.worker_kvnos", &keys);
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

static void tell_worker_view(const struct keytab *ours, struct keytab *seen)
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

/* ------------------------------------------------------------------------ a ticket of our own */

static void tell_fit(const char *name, const char *why_name, enum ticket_fit fit)
{
	if (fit == TICKET_UNREADABLE)
		plugin_fact_unknown(name);
	else
		plugin_fact_yes(name, fit == TICKET_FITS);
	if (fit != TICKET_FITS)
		plugin_fact(why_name, "%s", ticket_fit_name(fit));
}

static void append_untried(struct buffer *words, const char *why)
{
	buffer_append_format(words,
	    "keytab.decrypts=unknown\nkeytab.decrypts_why=%s\n"
	    "keytab.worker_decrypts=unknown\nkeytab.worker_decrypts_why=%s\n"
	    "keytab.ticket_kvno=unknown\nkeytab.ticket_enctype=unknown\n",
	    why, why);
}

static void tell_untried(const char *why)
{
	struct buffer auto_buffer words;

	buffer_init(&words, MAX_WORDS_BYTES);
	append_untried(&words, why);
	fputs(buffer_text(&words), stdout);
}

/* A KDC that does not answer must not cost us the facts that there are. */
static bool start_deadline(void)
{
	struct buffer auto_buffer words;

	buffer_init(&words, MAX_WORDS_BYTES);
	append_untried(&words, "timeout");
	if (fflush(stdout) != 0)
		return false;
	deadline_set_words(buffer_view(&words), PLUGIN_DONE);
	return deadline_start(KDC_TIMEOUT_MS) == 0;
}

/* Last of all: with a ticket that the KDC makes now the keys on disk and in the worker's view are
 * tried. */
static void tell_decrypts(const struct keytab *ours, const struct keytab *seen)
{
	const struct kerberos_request request = {.service = plugin_value("AUTHMEDIC_SERVICE"),
	    .client_keytab = plugin_value("AUTHMEDIC_PROBE_CLIENT_KEYTAB"),
	    .client_principal = plugin_value("AUTHMEDIC_PROBE_CLIENT_PRINCIPAL")};
	struct ticket auto_call(ticket_free) *ticket = NULL;
	const char *krb5_config = plugin_value("AUTHMEDIC_KRB5_CONFIG");
	const char *why = "internal";
	int error;

	if (request.client_keytab == NULL || request.service == NULL) {
		tell_untried("no-client-keytab");
		return;
	}
	if (!start_deadline() ||
	    (krb5_config != NULL && setenv("KRB5_CONFIG", krb5_config, 1) < 0))
		error = -EIO;
	else
		error = ticket_get(&ticket, &request, &why);
	deadline_stop();
	if (error < 0) {
		tell_untried(why);
		return;
	}
	tell_fit("keytab.decrypts", "keytab.decrypts_why",
	    ours->file >= 0 ? ticket_try(ticket, ours->path) : TICKET_UNREADABLE);
	tell_fit("keytab.worker_decrypts", "keytab.worker_decrypts_why",
	    seen->file >= 0 ? ticket_try(ticket, seen->path) : TICKET_UNREADABLE);
	plugin_fact("keytab.ticket_kvno", "%lld", (long long)ticket_about(ticket)->kvno);
	plugin_fact("keytab.ticket_enctype", "%s", ticket_about(ticket)->enctype);
}

/* ------------------------------------------------------------------------------------ verbs */

static void open_keytab(struct keytab *keytab)
{
	keytab->exists = stat(keytab->path, &keytab->status) == 0 ? ANSWER_YES
			 : errno == ENOENT			  ? ANSWER_NO
								  : ANSWER_UNKNOWN;
	if (keytab->exists == ANSWER_YES && S_ISREG(keytab->status.st_mode))
		keytab->file = open(keytab->path, O_RDONLY | O_CLOEXEC);
}

static void close_keytab(struct keytab *keytab)
{
	if (keytab->file >= 0)
		close(keytab->file);
}

static int inspect(void)
{
	struct keytab auto_call(close_keytab) keytab = {
	    .path = plugin_value("AUTHMEDIC_KEYTAB"), .file = -1};
	struct keytab auto_call(close_keytab) seen = {.file = -1};

	if (keytab.path == NULL)
		return PLUGIN_DONE; /* the site has none to tell of */
	open_keytab(&keytab);
	tell_file(&keytab);
	tell_keys(&keytab);
	tell_worker_view(&keytab, &seen);
	tell_decrypts(&keytab, &seen);
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
	static const struct plugin_inspector inspector = {.name = "inspect-keytab",
	    .title = "which keys the keytab holds for the service, and what the worker sees of it",
	    .inspect = inspect,
	    .check = check};

	return plugin_inspector_main(argc, argv, &inspector);
}
