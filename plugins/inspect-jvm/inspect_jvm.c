#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"
#include "common/plugin.h"
#include "common/worker.h"
#include "inspect-jvm/login_config.h"

#define MAX_PATH_BYTES   4096
#define MAX_CONFIG_BYTES ((size_t)1024 * 1024)

static void tell_path(const char *name, struct view path)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	plugin_list_add(&list, "%.*s", VIEW_ARGUMENTS(path));
	plugin_list_done(&list);
}

/* Java reads a keytab again only where its mtime is another one than before. A copy that keeps the
 * time is not noticed; the ctime tells of it. */
static void tell_keytab(int64_t start_ms)
{
	const char *keytab = plugin_value("AUTHMEDIC_KEYTAB");
	struct stat status;

	if (keytab == NULL || stat(keytab, &status) < 0)
		plugin_fact_unknown("jvm.keytab_time_kept");
	else
		plugin_fact_yes("jvm.keytab_time_kept",
		    plugin_ms(status.st_ctim) > start_ms && plugin_ms(status.st_mtim) < start_ms);
}

static void tell_krb5_config(int64_t process_id, int64_t start_ms)
{
	struct buffer auto_buffer path;
	struct stat status;

	buffer_init(&path, MAX_PATH_BYTES);
	if (process_append_text(process_id, "cmdline", "-Djava.security.krb5.conf=", &path) < 0) {
		plugin_fact_unknown("jvm.krb5_config");
		plugin_fact_unknown("jvm.krb5_config_newer");
		return;
	}
	tell_path("jvm.krb5_config", buffer_view(&path));
	if (stat(buffer_text(&path), &status) < 0)
		plugin_fact_unknown("jvm.krb5_config_newer");
	else
		plugin_fact_yes("jvm.krb5_config_newer", plugin_ms(status.st_ctim) > start_ms);
}

static void tell_login(struct view text)
{
	struct login_config config = login_config_read(text);
	const char *keytab = plugin_value("AUTHMEDIC_KEYTAB");
	struct view named = config.keytab;

	plugin_fact_yes("jvm.refresh_krb5_config", config.refreshes);
	plugin_fact_yes("jvm.store_key", config.stores_key);
	if (view_starts_with(named, VIEW("file:")))
		named = view_skip(named, 5);
	if (!config.has_keytab) {
		plugin_fact_unknown("jvm.login_keytab");
		plugin_fact_unknown("jvm.keytab_configured");
		return;
	}
	tell_path("jvm.login_keytab", named);
	if (keytab == NULL)
		plugin_fact_unknown("jvm.keytab_configured");
	else
		plugin_fact_yes("jvm.keytab_configured", view_equal_text(named, keytab));
}

static void tell_login_config(int64_t process_id)
{
	static const char *const names[] = {"jvm.refresh_krb5_config", "jvm.store_key",
	    "jvm.login_keytab", "jvm.keytab_configured"};
	struct buffer auto_buffer path;
	struct buffer auto_buffer text;
	int error;

	buffer_init(&path, MAX_PATH_BYTES);
	buffer_init(&text, MAX_CONFIG_BYTES);
	error = process_append_text(
	    process_id, "cmdline", "-Djava.security.auth.login.config=", &path);
	if (error < 0) {
		plugin_fact_unknown("jvm.login_config");
		plugin_facts_unknown(names, count_of(names));
		return;
	}
	/* Two equals signs say that no other file counts. */
	if (view_starts_with(buffer_view(&path), VIEW("=")))
		buffer_consume(&path, 1);
	tell_path("jvm.login_config", buffer_view(&path));
	if (file_read(buffer_text(&path), &text) == 0)
		tell_login(buffer_view(&text));
	else
		plugin_facts_unknown(names, count_of(names));
}

static int inspect(void)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);
	int64_t start_ms;

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error < 0 || worker.count == 0) {
		plugin_fact_unknown("jvm.start");
		return PLUGIN_DONE;
	}
	start_ms = process_start_ms(&worker.oldest);
	plugin_fact_time("jvm.start", start_ms);
	tell_keytab(start_ms);
	tell_krb5_config(worker.oldest.process_id, start_ms);
	tell_login_config(worker.oldest.process_id);
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-jvm",
	    .title = "what a Java server keeps of keytab and Kerberos configuration until it ends",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
