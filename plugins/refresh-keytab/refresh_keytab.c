#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "common/kept_file.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "refresh-keytab/keytab_file.h"
#include "trust/trusted_path.h"

#define COPY_SUFFIX ".authmedic-keys"

enum tool { TOOL_KADMIN, TOOL_ADCLI, TOOL_MSKTUTIL };

static const char *const tool_names[] = {"kadmin", "adcli", "msktutil", NULL};
static const char *const tool_programs[] = {
    "/usr/sbin/kadmin.local", "/usr/sbin/adcli", "/usr/sbin/msktutil"};

struct settings {
	enum tool tool;
	const char *keytab, *service;
	char copy[PATH_MAX]; /* beside the keytab; the tool writes to it */
	char host_keytab[PATH_MAX + 32]; /* as adcli is told it */
	struct remedy_command command;
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: refresh-keytab\n"
	      "kind: remedy\n"
	      "title: fetch the service's present key into its keytab, beside the old ones\n"
	      "with:\n"
	      "  tool: {type: text, required: true, title: 'kadmin, adcli or msktutil'}\n"
	      "  command: {type: list, required: false, title: 'the program, with options in "
	      "front; its usual path by default'}\n"
	      "  arguments: {type: list, required: false, title: 'more arguments, at the end'}\n"
	      "reversible: false\n"
	      "disruption: 'none: the file is replaced as a whole, with all that was in it'\n",
	    stdout);
	return PLUGIN_DONE;
}

/* ------------------------------------------------------------------------------------- settings */

static int add_tools_words(struct settings *settings)
{
	const char *const words[][5] = {
	    [TOOL_KADMIN] = {"ktadd", "-k", settings->copy, "-norandkey", settings->service},
	    [TOOL_ADCLI] = {"update", settings->host_keytab},
	    [TOOL_MSKTUTIL] = {"--auto-update", "--keytab", settings->copy},
	};
	int result = PLUGIN_DONE;

	snprintf(settings->host_keytab, sizeof(settings->host_keytab), "--host-keytab=%s",
	    settings->copy);
	for (size_t i = 0; i < count_of(words[0]) && result == PLUGIN_DONE; i++)
		if (words[settings->tool][i] != NULL)
			result = remedy_add_word(&settings->command, words[settings->tool][i]);
	for (size_t i = 1; i <= plugin_count("AUTHMEDIC_WITH_ARGUMENTS") && result == PLUGIN_DONE;
	     i++)
		result =
		    remedy_add_word(&settings->command, plugin_item("AUTHMEDIC_WITH_ARGUMENTS", i));
	return result;
}

static int read_settings(struct settings *settings)
{
	const char *program[] = {NULL, NULL};
	int tool = remedy_choice("tool", tool_names);
	int result;

	*settings = (struct settings){.keytab = plugin_value("AUTHMEDIC_KEYTAB"),
	    .service = plugin_value("AUTHMEDIC_SERVICE")};
	if (tool < 0)
		return PLUGIN_BAD_CONFIG;
	if (remedy_value("tool", NULL) == NULL)
		return remedy_complain("with.tool must be kadmin, adcli or msktutil");
	if (settings->keytab == NULL || settings->service == NULL)
		return remedy_complain("the site's keytab and service are needed");
	if (settings->service[0] == '-')
		return remedy_complain("the site's service is no principal");
	settings->tool = (enum tool)tool;
	program[0] = tool_programs[tool];
	snprintf(settings->copy, sizeof(settings->copy), "%s" COPY_SUFFIX, settings->keytab);
	result = remedy_read_command(&settings->command, "command", program);
	if (result == PLUGIN_DONE)
		result = remedy_check_command(&settings->command);
	return result == PLUGIN_DONE ? add_tools_words(settings) : result;
}

/* ---------------------------------------------------------------------------------------- keys */

struct work {
	const struct settings *settings;
	krb5_context krb5;
	int folder;
	const char *name;
	struct kept_file keytab;
	struct keytab_entries before, after;
	uint32_t old_kvno;
};

static void work_done(struct work *work)
{
	keytab_entries_done(&work->before);
	keytab_entries_done(&work->after);
	kept_file_done(&work->keytab);
	if (work->krb5 != NULL)
		krb5_free_context(work->krb5);
	if (work->folder >= 0)
		close(work->folder);
}

static int read_keys(struct work *work)
{
	int error = kept_file_read(work->folder, work->name, &work->keytab);

	keytab_entries_done(&work->before);
	if (error == 0)
		error = keytab_entries_read(&work->before, work->krb5, work->settings->keytab);
	if (error == 0)
		error =
		    keytab_entries_newest(&work->before, work->settings->service, &work->old_kvno);
	return error;
}

static int read_keytab(struct work *work)
{
	const char *path = work->settings->keytab;
	struct buffer auto_buffer why;
	int error;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	if (kept_file_open_folder(path, &work->folder, &work->name, &why) < 0)
		return remedy_complain("%s", buffer_text(&why));
	error = read_keys(work);
	return error < 0 ? remedy_complain("%s: %s", path, strerror(-error)) : PLUGIN_DONE;
}

static int start(struct work *work, const struct settings *settings)
{
	const char *config = plugin_value("AUTHMEDIC_KRB5_CONFIG");

	*work = (struct work){.settings = settings, .folder = -1};
	kept_file_init(&work->keytab);
	/* For the tool as well. */
	if (config != NULL && setenv("KRB5_CONFIG", config, 1) < 0)
		return PLUGIN_FAILED;
	if (krb5_init_context(&work->krb5) != 0)
		return remedy_complain("the Kerberos configuration cannot be read");
	return read_keytab(work);
}

static int fail(const struct work *work, const char *what, int error)
{
	fprintf(stderr, "%s: %s: %s\n", work->settings->copy, what, strerror(-error));
	return PLUGIN_FAILED;
}

/* Ours, or the keytab's owner's where we were stopped while it took the keytab's place. */
static bool is_left(const struct work *work)
{
	struct stat status;

	return lstat(work->settings->copy, &status) == 0 && S_ISREG(status.st_mode) &&
	    (status.st_uid == geteuid() || status.st_uid == work->keytab.rights.uid);
}

/* Where one is left of an earlier time, stopped before its end, it may have the only copy of a key:
 * it is gone on with. */
static int make_copy(struct work *work)
{
	int error;

	if (is_left(work))
		error = keytab_file_add_missing(&work->before, work->settings->copy);
	else {
		struct kept_file copy = work->keytab;

		copy.rights = (struct file_rights){
		    .mode = 0600, .uid = geteuid(), .gid = getegid()};
		error =
		    kept_file_write(work->folder, strrchr(work->settings->copy, '/') + 1, &copy);
	}
	return error < 0 ? fail(work, "cannot be made", error) : PLUGIN_DONE;
}

/* What holds no more than the keytab itself is of no use. */
static int give_up(struct work *work, const char *why, int result)
{
	keytab_entries_done(&work->after);
	if (keytab_entries_read(&work->after, work->krb5, work->settings->copy) == 0 &&
	    keytab_entries_have_all(&work->before, &work->after))
		unlink(work->settings->copy);
	else
		printf("%s is kept: it has keys that the keytab does not\n", work->settings->copy);
	puts(why);
	return result;
}

static int check_copy(struct work *work, uint32_t *ret_kvno)
{
	/* Whoever mends things by hand may have put another keytab there meanwhile. */
	int error = read_keys(work);

	/* Some tools drop what they take for old; people hold tickets for it still. */
	if (error == 0)
		error = keytab_file_add_missing(&work->before, work->settings->copy);
	if (error == 0)
		error = keytab_entries_read(&work->after, work->krb5, work->settings->copy);
	if (error == 0 && !keytab_entries_have_all(&work->after, &work->before))
		error = -EIO;
	if (error == 0)
		error = keytab_entries_newest(&work->after, work->settings->service, ret_kvno);
	return error;
}

static int give_rights(const struct work *work)
{
	int file = open(work->settings->copy, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	int error;

	if (file < 0)
		return -errno;
	error = file_rights_give(file, &work->keytab.rights);
	if (error == 0 && fsync(file) < 0)
		error = -errno;
	close(file);
	return error;
}

/* As readable as the keytab was, and in its place as a whole. */
static int put_in_place(const struct work *work)
{
	int error = give_rights(work);

	if (error < 0)
		return fail(work,
		    "cannot be given the keytab's owner, rights and label; the keytab is as it was",
		    error);
	if (rename(work->settings->copy, work->settings->keytab) < 0 || fsync(work->folder) < 0)
		return fail(work, "cannot take the keytab's place", -errno);
	return PLUGIN_DONE;
}

static int refresh(struct work *work)
{
	uint32_t kvno = 0;
	int result = make_copy(work);
	int error;

	if (result != PLUGIN_DONE)
		return result;
	result = remedy_run_and_tell(&work->settings->command);
	if (result != PLUGIN_DONE)
		return give_up(work, "the tool has failed; the keytab is as it was", result);
	error = check_copy(work, &kvno);
	if (error < 0)
		return fail(work, "does not have all keys", error);
	if (kvno <= work->old_kvno)
		return give_up(work, "the tool has brought no newer key; the keytab is as it was",
		    PLUGIN_FAILED);
	result = put_in_place(work);
	if (result != PLUGIN_DONE)
		return result;
	printf("the keytab has kvno %u now, and all that it had before, up to kvno %u\n", kvno,
	    work->old_kvno);
	return PLUGIN_DONE;
}

/* --------------------------------------------------------------------------------------- verbs */

static int check(void)
{
	struct work auto_call(work_done) work = {.folder = -1};
	struct settings settings;
	int result = read_settings(&settings);

	if (result == PLUGIN_DONE)
		result = start(&work, &settings);
	if (result != PLUGIN_DONE)
		return result;
	printf("would copy %s, whose newest key of the service has kvno %u\n", settings.keytab,
	    work.old_kvno);
	remedy_tell_command(&settings.command);
	puts("would put the copy in its place, once it has all keys and a newer one");
	return PLUGIN_DONE;
}

static int apply(void)
{
	struct work auto_call(work_done) work = {.folder = -1};
	struct settings settings;
	int result = read_settings(&settings);

	if (result == PLUGIN_DONE)
		result = start(&work, &settings);
	return result == PLUGIN_DONE ? refresh(&work) : result;
}

static int revert(void)
{
	return remedy_complain("a key that was fetched cannot be taken back");
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
