#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/plugin.h"
#include "inspect-keytab/keytab.h"
#include "inspect-keytab/seen.h"
#include "inspect-keytab/trial.h"

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

static void tell_entries(const struct keys *keys)
{
	struct view rest = buffer_view(&keys->entries), line;
	struct plugin_list list;

	plugin_list_init(&list, "keytab.keys");
	while (view_cut(&rest, '\n', &line))
		plugin_list_add(&list, "%.*s", VIEW_ARGUMENTS(line));
	plugin_list_done(&list);
}

/* A keytab without a key for the service says so by empty lists. */
static void tell_keys(const struct keytab *keytab)
{
	static const char *const names[] = {"keytab.principals", "keytab.kvnos", "keytab.kvno",
	    "keytab.enctypes", "keytab.keys"};
	struct keys keys;

	if (keytab->file < 0 || keytab_read_keys(keytab->path, &keys) < 0) {
		plugin_facts_unknown(names, count_of(names));
		return;
	}
	plugin_fact("keytab.principals", "%zu", keys.principals);
	keytab_tell_kvnos("keytab.kvnos", &keys);
	if (keys.kvnos.count > 0)
		plugin_fact("keytab.kvno", "%u", keys.kvnos.items[keys.kvnos.count - 1]);
	else
		plugin_fact_unknown("keytab.kvno");
	tell_enctypes(&keys);
	tell_entries(&keys);
	keys_done(&keys);
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

static int inspect(void)
{
	struct keytab auto_call(keytab_close) keytab = {
	    .path = plugin_value("AUTHMEDIC_KEYTAB"), .file = -1};
	struct keytab auto_call(keytab_close) seen = {.file = -1};

	if (keytab.path == NULL)
		return PLUGIN_DONE; /* the site has none to tell of */
	open_keytab(&keytab);
	tell_file(&keytab);
	tell_keys(&keytab);
	seen_tell(&keytab, &seen);
	trial_tell(&keytab, &seen);
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
