#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/kept_file.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "ntlm-fallback-apache/refusals.h"
#include "trust/trusted_path.h"

#define ACTIVE "/etc/apache2/authmedic-auth.conf"
#define CONFIG "/etc/apache2/apache2.conf"
/* In the rung's own folder, while the fallback is there. */
#define SAVED   "saved" /* what it took the place of */
#define APPLIED "applied" /* what it put there */
#define EDITED  "edited" /* what a person made of that meanwhile */

#define DOWNGRADE                                                                                  \
	"NTLM is weaker than Kerberos: it is open to relay and pass-the-hash, cannot delegate, "   \
	"and "                                                                                     \
	"clients that refuse it stay out"

struct settings {
	const char *snippet, *active, *config;
	struct remedy_command test, reload;
};

/* The files that it is about. Folders are open, or -1. */
struct files {
	int active_folder, state_folder;
	const char *active_name;
	struct kept_file active, snippet, saved, applied;
	bool has_saved, has_applied;
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: ntlm-fallback-apache\n"
	      "kind: remedy\n"
	      "title: let people sign in to Apache by NTLM for a time, instead of Kerberos\n"
	      "with:\n"
	      "  snippet: {type: path, required: true, title: 'the configuration with NTLM only'}\n"
	      "  active: {type: path, required: false, title: 'the file that Apache includes, and "
	      "whose place the snippet takes; " ACTIVE " by default'}\n"
	      "  ntlm_seen: {type: text, required: true, title: 'yes: people have signed in by "
	      "NTLM here before'}\n"
	      "  config: {type: path, required: false, title: 'where Apache begins to read; " CONFIG
	      " by default'}\n"
	      "  config_test: {type: list, required: false, title: 'tests the configuration; "
	      "/usr/sbin/apache2ctl -t by default'}\n"
	      "  reload: {type: list, required: false, title: 'has Apache read it; "
	      "/usr/sbin/apache2ctl graceful by default'}\n"
	      "reversible: true\n"
	      "disruption: 'none for requests under way; " DOWNGRADE "'\n",
	    stdout);
	return PLUGIN_DONE;
}

/* ------------------------------------------------------------------------------------- settings */

static int read_settings(struct settings *settings)
{
	static const char *const test[] = {"/usr/sbin/apache2ctl", "-t", NULL};
	static const char *const reload[] = {"/usr/sbin/apache2ctl", "graceful", NULL};
	int result = remedy_read_command(&settings->test, "config_test", test);

	if (result == PLUGIN_DONE)
		result = remedy_read_command(&settings->reload, "reload", reload);
	settings->snippet = remedy_value("snippet", NULL);
	settings->active = remedy_value("active", ACTIVE);
	settings->config = remedy_value("config", CONFIG);
	if (result != PLUGIN_DONE)
		return result;
	if (settings->snippet == NULL)
		return remedy_complain(
		    "with.snippet must name the configuration with NTLM only");
	if (strcmp(settings->snippet, settings->active) == 0)
		return remedy_complain("with.snippet and with.active must be two files");
	result = remedy_check_command(&settings->test);
	return result == PLUGIN_DONE ? remedy_check_command(&settings->reload) : result;
}

/* Only the administrator can say so: a log can be written by anybody. */
static int check_ntlm_seen(void)
{
	if (strcmp(remedy_value("ntlm_seen", "unknown"), "yes") == 0)
		return PLUGIN_DONE;
	return remedy_complain(
	    "with.ntlm_seen must be yes, once somebody has signed in by NTLM here "
	    "(authmedic_handshakes_total with scheme=\"ntlm\" and "
	    "outcome=\"established\" counts them); " DOWNGRADE);
}

/* ---------------------------------------------------------------------------------------- files */

static void files_init(struct files *files)
{
	*files = (struct files){.active_folder = -1, .state_folder = -1};
	kept_file_init(&files->active);
	kept_file_init(&files->snippet);
	kept_file_init(&files->saved);
	kept_file_init(&files->applied);
}

static void files_done(struct files *files)
{
	if (files->active_folder >= 0)
		close(files->active_folder);
	if (files->state_folder >= 0)
		close(files->state_folder);
	kept_file_done(&files->active);
	kept_file_done(&files->snippet);
	kept_file_done(&files->saved);
	kept_file_done(&files->applied);
}

static int read_trusted(const char *path, struct kept_file *file)
{
	struct buffer auto_buffer why;
	const char *name;
	int folder, error;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	if (kept_file_open_folder(path, &folder, &name, &why) < 0)
		return remedy_complain("%s", buffer_text(&why));
	error = kept_file_read(folder, name, file);
	close(folder);
	if (error < 0)
		return remedy_complain("%s: %s", path,
		    error == -ELOOP ? "is a link; name the file itself" : strerror(-error));
	if ((file->rights.uid != 0 && file->rights.uid != geteuid()) ||
	    (file->rights.mode & (S_IWGRP | S_IWOTH)) != 0)
		return remedy_complain("%s: others than root can write to it", path);
	return PLUGIN_DONE;
}

static int read_active(struct files *files, const struct settings *settings)
{
	struct buffer auto_buffer why;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	if (kept_file_open_folder(
		settings->active, &files->active_folder, &files->active_name, &why) < 0)
		return remedy_complain("%s", buffer_text(&why));
	return read_trusted(settings->active, &files->active);
}

static int read_state(struct files *files, const char *name, struct kept_file *file, bool *ret_has)
{
	int error = kept_file_read(files->state_folder, name, file);

	*ret_has = error == 0;
	return error == 0 || error == -ENOENT
	    ? PLUGIN_DONE
	    : remedy_complain("%s in AUTHMEDIC_STATE_DIR: %s", name, strerror(-error));
}

static int open_state(struct files *files)
{
	const char *path = plugin_value("AUTHMEDIC_STATE_DIR");
	int result;

	if (path == NULL)
		return remedy_complain("AUTHMEDIC_STATE_DIR is not set");
	files->state_folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files->state_folder < 0)
		return remedy_complain("%s: %s", path, strerror(errno));
	result = read_state(files, SAVED, &files->saved, &files->has_saved);
	return result == PLUGIN_DONE
	    ? read_state(files, APPLIED, &files->applied, &files->has_applied)
	    : result;
}

static int forget_state(const struct files *files)
{
	unlinkat(files->state_folder, APPLIED, 0);
	if (unlinkat(files->state_folder, SAVED, 0) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

/* ------------------------------------------------------------------------------------- check */

static int examine(struct settings *settings, struct files *files)
{
	int result = read_settings(settings);

	if (result == PLUGIN_DONE)
		result = check_ntlm_seen();
	if (result == PLUGIN_DONE)
		result = read_trusted(settings->snippet, &files->snippet);
	if (result == PLUGIN_DONE)
		result = read_active(files, settings);
	if (result == PLUGIN_DONE)
		result =
		    refusals_of_snippet(settings->snippet, buffer_view(&files->snippet.content));
	if (result == PLUGIN_DONE)
		result = refusals_of_config(settings->config, settings->active);
	return result == PLUGIN_DONE ? refusals_of_server() : result;
}

static int check(void)
{
	struct files auto_call(files_done) files;
	struct settings settings;
	int result;

	files_init(&files);
	result = examine(&settings, &files);
	if (result != PLUGIN_DONE)
		return result;
	printf(
	    "would put %s in the place of %s, which is kept\n", settings.snippet, settings.active);
	remedy_tell_command(&settings.test);
	remedy_tell_command(&settings.reload);
	puts(DOWNGRADE);
	return PLUGIN_DONE;
}

/* ------------------------------------------------------------------------------------- apply */

static int write_failed(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-error));
	return PLUGIN_FAILED;
}

/* What was there before, so that it can be taken back whenever we stop. */
static int save(const struct files *files)
{
	int error;

	if (files->has_saved && kept_file_same(&files->saved, &files->active))
		return PLUGIN_DONE;
	if (files->has_saved)
		return remedy_complain("an earlier fallback was not taken back; revert it first");
	if (kept_file_same(&files->snippet, &files->active))
		return remedy_complain(
		    "Apache has the fallback's configuration already, and nothing "
		    "is kept to take it back to");
	error = kept_file_write(files->state_folder, SAVED, &files->active);
	return error < 0 ? write_failed("keeping the present configuration", error) : PLUGIN_DONE;
}

static int put_snippet(struct files *files)
{
	int error;

	/* As the file was that it takes the place of: whoever reads that may read this. */
	files->snippet.rights = files->active.rights;
	error = kept_file_write(files->state_folder, APPLIED, &files->snippet);
	if (error == 0)
		error = kept_file_write(files->active_folder, files->active_name, &files->snippet);
	return error < 0 ? write_failed(files->active_name, error) : PLUGIN_DONE;
}

static int run(const struct remedy_command *command)
{
	return remedy_run_and_tell(command) == PLUGIN_DONE ? PLUGIN_DONE : PLUGIN_FAILED;
}

static bool is_applied(const struct files *files)
{
	return files->has_saved && files->has_applied &&
	    kept_file_same(&files->applied, &files->active);
}

/* Apache still serves with what it read before, unless it was told to read anew. Where a fallback
 * was there already it may have read that, and what is put back is what was there before it. */
static int roll_back(const struct files *files, const struct settings *settings, bool reloaded)
{
	bool was_applied = is_applied(files);
	int error = kept_file_write(files->active_folder, files->active_name,
	    was_applied ? &files->saved : &files->active);

	if (error < 0)
		return write_failed("rolling back", error);
	if ((reloaded || was_applied) && run(&settings->reload) != PLUGIN_DONE)
		return write_failed("rolling back", -EIO);
	forget_state(files);
	printf("rolled back: %s is as it was; %s\n", settings->active,
	    reloaded ? "Apache could not be reloaded"
		     : "Apache does not like the fallback's configuration");
	return PLUGIN_FAILED;
}

static int apply_files(struct files *files, const struct settings *settings)
{
	int result = is_applied(files) ? PLUGIN_DONE : save(files);

	if (result == PLUGIN_DONE && !is_applied(files))
		result = put_snippet(files);
	if (result != PLUGIN_DONE)
		return result;
	if (run(&settings->test) != PLUGIN_DONE)
		return roll_back(files, settings, false);
	if (run(&settings->reload) != PLUGIN_DONE)
		return roll_back(files, settings, true);
	printf("people sign in by NTLM now instead of Kerberos, until this is taken back: %s\n",
	    DOWNGRADE);
	return PLUGIN_DONE;
}

static int apply(void)
{
	struct files auto_call(files_done) files;
	struct settings settings;
	int result;

	files_init(&files);
	result = examine(&settings, &files);
	if (result == PLUGIN_DONE)
		result = open_state(&files);
	return result == PLUGIN_DONE ? apply_files(&files, &settings) : result;
}

/* ------------------------------------------------------------------------------------ revert */

static bool is_a_persons(const struct files *files)
{
	return !kept_file_same(&files->active, &files->saved) &&
	    !(files->has_applied && kept_file_same(&files->active, &files->applied));
}

/* He has taken the fallback out already. */
static bool is_to_stay(const struct files *files)
{
	return is_a_persons(files) && !snippet_allows_ntlm(buffer_view(&files->active.content));
}

static int restore(struct files *files)
{
	int error = 0;

	if (is_to_stay(files)) {
		printf("a person has changed the configuration, and it does not allow NTLM: it "
		       "stays\n");
		return PLUGIN_DONE;
	}
	if (is_a_persons(files)) {
		error = kept_file_write(files->state_folder, EDITED, &files->active);
		if (error < 0)
			return write_failed("putting the configuration back: " EDITED, error);
		printf("a person has changed the fallback's configuration; that is kept as " EDITED
		       " in %s\n",
		    plugin_value("AUTHMEDIC_STATE_DIR"));
	}
	if (!kept_file_same(&files->active, &files->saved))
		error = kept_file_write(files->active_folder, files->active_name, &files->saved);
	return error < 0 ? write_failed("putting the configuration back", error) : PLUGIN_DONE;
}

/* What was kept stays kept until Apache has read it: where that fails, this is called again. */
static int revert_files(struct files *files, const struct settings *settings)
{
	if (restore(files) != PLUGIN_DONE) {
		printf("%s could not be put back: Apache goes on with the fallback, and what was "
		       "there before it is kept\n",
		    settings->active);
		return PLUGIN_FAILED;
	}
	if (run(&settings->test) != PLUGIN_DONE || run(&settings->reload) != PLUGIN_DONE) {
		printf("%s is %s, but Apache could not read it\n", settings->active,
		    is_to_stay(files) ? "a person's" : "as it was before the fallback");
		return PLUGIN_FAILED;
	}
	if (forget_state(files) < 0)
		return write_failed("forgetting what was kept", -errno);
	puts("people sign in by Kerberos again, as before the fallback");
	return PLUGIN_DONE;
}

static int revert(void)
{
	struct files auto_call(files_done) files;
	struct settings settings;
	int result;

	files_init(&files);
	result = read_settings(&settings);
	if (result == PLUGIN_DONE)
		result = open_state(&files);
	if (result == PLUGIN_DONE && !files.has_saved) {
		puts("nothing was applied, so there is nothing to take back");
		return PLUGIN_DONE;
	}
	if (result == PLUGIN_DONE)
		result = read_active(&files, &settings);
	return result == PLUGIN_DONE ? revert_files(&files, &settings) : result;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
