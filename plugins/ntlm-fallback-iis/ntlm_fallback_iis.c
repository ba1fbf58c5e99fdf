#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/kept_file.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "ntlm-fallback-iis/providers.h"

#define SECTION    "-section:system.webServer/security/authentication/windowsAuthentication"
#define SAVED      "providers" /* in the rung's own folder, while the fallback is there */
#define NTLM       "NTLM"
#define MAX_EDITS  (2 * PROVIDERS_MAX)
#define EDIT_BYTES (PROVIDERS_NAME_BYTES + 32)
#define DOWNGRADE                                                                                  \
	"NTLM is weaker than Kerberos: it is open to relay and pass-the-hash, cannot delegate, "   \
	"and clients that refuse it stay out"

struct settings {
	const char *site, *appcmd;
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: ntlm-fallback-iis\n"
	      "kind: remedy\n"
	      "title: have IIS offer NTLM alone for a time\n"
	      "with:\n"
	      "  site: {type: text, required: true, title: 'as appcmd names it: Default Web "
	      "Site/app'}\n"
	      "  ntlm_seen: {type: text, required: true, title: 'yes: people have signed in by "
	      "NTLM here before'}\n"
	      "  delegation: {type: text, required: true, title: 'no: the application passes "
	      "nobody on to other servers'}\n"
	      "  appcmd: {type: path, required: false, title: 'where appcmd is; looked for in PATH "
	      "by default'}\n"
	      "reversible: true\n"
	      "disruption: 'IIS may recycle the pool; " DOWNGRADE "'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_settings(struct settings *settings)
{
	*settings = (struct settings){
	    .site = remedy_value("site", NULL), .appcmd = remedy_value("appcmd", "appcmd")};
	if (settings->site == NULL || settings->site[0] == '-' || settings->site[0] == '/' ||
	    strpbrk(settings->site, "\"'[]<>\n\r") != NULL)
		return remedy_complain("with.site must name the site as appcmd does");
	return PLUGIN_DONE;
}

/* What nothing on this machine tells: only the administrator can say so. */
static int check_said(void)
{
	if (strcmp(remedy_value("ntlm_seen", "unknown"), "yes") != 0)
		return remedy_complain("with.ntlm_seen must be yes, once somebody has signed in by "
				       "NTLM here; " DOWNGRADE);
	if (strcmp(remedy_value("delegation", "unknown"), "no") != 0)
		return remedy_complain("with.delegation must be no: NTLM cannot delegate");
	return PLUGIN_DONE;
}

/* ---------------------------------------------------------------------------------------- appcmd
 */

static int list(const struct settings *settings, struct providers *ret_providers)
{
	const struct remedy_command command = {
	    {settings->appcmd, "list", "config", settings->site, SECTION}, 5};
	struct buffer auto_buffer said;
	int status;

	buffer_init(&said, REMEDY_MAX_SAID);
	status = remedy_run(&command, &said);
	if (status != 0) {
		fprintf(stderr, "appcmd cannot list the providers of the site\n");
		return PLUGIN_FAILED;
	}
	if (providers_read(ret_providers, buffer_view(&said)) == 0)
		return PLUGIN_DONE;
	return remedy_complain("what appcmd says of the site's providers is not understood");
}

struct edits {
	char texts[MAX_EDITS][EDIT_BYTES];
	size_t count;
};

static void add_edit(struct edits *edits, char sign, const char *name)
{
	if (edits->count < MAX_EDITS)
		snprintf(edits->texts[edits->count++], EDIT_BYTES, "/%cproviders.[value='%s']",
		    sign, name);
}

/* All in one command, and so in one commit. */
static int edit(const struct settings *settings, const struct edits *edits)
{
	struct remedy_command command = {
	    {settings->appcmd, "set", "config", settings->site, SECTION}, 5};
	int result = PLUGIN_DONE;

	for (size_t i = 0; i < edits->count && result == PLUGIN_DONE; i++)
		result = remedy_add_word(&command, edits->texts[i]);
	if (result == PLUGIN_DONE)
		result = remedy_add_word(&command, "/commit:apphost");
	if (result == PLUGIN_DONE)
		result = remedy_run_and_tell(&command);
	return result == PLUGIN_DONE ? PLUGIN_DONE : PLUGIN_FAILED;
}

/* What is added comes last: so all are taken out and put in anew, in their order. */
static int put(const struct settings *settings, const struct providers *wanted)
{
	struct providers now;
	struct edits edits = {0};
	int result = list(settings, &now);

	if (result != PLUGIN_DONE || providers_same(&now, wanted))
		return result;
	for (size_t i = 0; i < now.count; i++)
		add_edit(&edits, '-', now.names[i]);
	for (size_t i = 0; i < wanted->count; i++)
		add_edit(&edits, '+', wanted->names[i]);
	result = edit(settings, &edits);
	if (result == PLUGIN_DONE)
		result = list(settings, &now);
	if (result == PLUGIN_DONE && !providers_same(&now, wanted)) {
		puts("IIS's providers are not what they should be now");
		result = PLUGIN_FAILED;
	}
	return result;
}

/* ----------------------------------------------------------------------------------------- state
 */

static int open_state(int *ret_folder)
{
	const char *path = plugin_value("AUTHMEDIC_STATE_DIR");

	if (path == NULL)
		return remedy_complain("AUTHMEDIC_STATE_DIR is not set");
	*ret_folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_folder < 0 ? remedy_complain("%s: %s", path, strerror(errno)) : PLUGIN_DONE;
}

/* -ENOENT where nothing is kept. */
static int read_saved(int folder, struct providers *ret_providers)
{
	struct kept_file auto_call(kept_file_done) saved;
	int error;

	kept_file_init(&saved);
	error = kept_file_read(folder, SAVED, &saved);
	return error < 0 ? error : providers_read_lines(ret_providers, buffer_view(&saved.content));
}

static int save(int folder, const struct providers *providers)
{
	struct kept_file auto_call(kept_file_done) saved;

	kept_file_init(&saved);
	saved.rights = (struct file_rights){.mode = 0600, .uid = geteuid(), .gid = getegid()};
	for (size_t i = 0; i < providers->count; i++)
		buffer_append_format(&saved.content, "%s\n", providers->names[i]);
	return buffer_error(&saved.content) < 0 ? buffer_error(&saved.content)
						: kept_file_write(folder, SAVED, &saved);
}

/* ----------------------------------------------------------------------------------------- verbs
 */

static int examine(struct settings *settings, struct providers *ret_now)
{
	int result = read_settings(settings);

	if (result == PLUGIN_DONE)
		result = check_said();
	if (result == PLUGIN_DONE)
		result = list(settings, ret_now);
	if (result != PLUGIN_DONE)
		return result;
	if (!ret_now->enabled)
		return remedy_complain("the site has no Windows authentication");
	if (ret_now->binds_channel)
		return remedy_complain(
		    "extended protection is in use, which a fallback would weaken");
	return providers_have(ret_now, NTLM)
	    ? PLUGIN_DONE
	    : remedy_complain("the site does not offer NTLM: a fallback would be something new");
}

static int check(void)
{
	struct settings settings;
	struct providers now;
	int result = examine(&settings, &now);

	if (result != PLUGIN_DONE)
		return result;
	printf("would leave only NTLM of the providers of %s:", settings.site);
	for (size_t i = 0; i < now.count; i++)
		printf(" %s", now.names[i]);
	puts("\n" DOWNGRADE);
	return PLUGIN_DONE;
}

static int apply_with(const struct settings *settings, const struct providers *now, int folder)
{
	const struct providers only_ntlm = {.names = {NTLM}, .count = 1};
	struct providers saved;
	int error = read_saved(folder, &saved);
	/* Where a fallback is there already it is not that which is put back. */
	const struct providers *before = error == 0 ? &saved : now;
	int result;

	if (error < 0 && error != -ENOENT)
		return remedy_complain("what was kept cannot be read: %s", strerror(-error));
	if (error == -ENOENT && now->count == 1)
		return remedy_complain("the site offers only NTLM already");
	if (error == -ENOENT)
		error = save(folder, now);
	else if (!providers_same(&saved, now) && !providers_same(&only_ntlm, now))
		return remedy_complain("an earlier fallback was not taken back; revert it first");
	if (error < 0)
		return remedy_complain("the providers cannot be kept: %s", strerror(-error));
	result = put(settings, &only_ntlm);
	if (result == PLUGIN_DONE) {
		puts("people sign in by NTLM now instead of Kerberos, until this is taken "
		     "back: " DOWNGRADE);
		return PLUGIN_DONE;
	}
	if (put(settings, before) == PLUGIN_DONE) {
		unlinkat(folder, SAVED, 0);
		puts("rolled back: the providers are as they were");
	}
	return PLUGIN_FAILED;
}

static int apply(void)
{
	struct settings settings;
	struct providers now;
	int result = examine(&settings, &now);
	int folder = -1;

	if (result == PLUGIN_DONE)
		result = open_state(&folder);
	if (result == PLUGIN_DONE)
		result = apply_with(&settings, &now, folder);
	if (folder >= 0)
		close(folder);
	return result;
}

static int revert_with(const struct settings *settings, int folder)
{
	struct providers saved;
	int error = read_saved(folder, &saved);
	int result;

	if (error == -ENOENT) {
		puts("nothing was applied, so there is nothing to take back");
		return PLUGIN_DONE;
	}
	if (error < 0)
		return remedy_complain("what was kept cannot be read: %s", strerror(-error));
	result = put(settings, &saved);
	if (result != PLUGIN_DONE)
		return result;
	if (unlinkat(folder, SAVED, 0) < 0) {
		fprintf(stderr,
		    "IIS offers what it did before the fallback, but what was kept cannot be "
		    "removed: %s\n",
		    strerror(errno));
		return PLUGIN_FAILED;
	}
	puts("IIS offers what it did before the fallback, in that order");
	return PLUGIN_DONE;
}

static int revert(void)
{
	struct settings settings;
	int result = read_settings(&settings);
	int folder = -1;

	if (result == PLUGIN_DONE)
		result = open_state(&folder);
	if (result == PLUGIN_DONE)
		result = revert_with(&settings, folder);
	if (folder >= 0)
		close(folder);
	return result;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {
	    {"describe", describe}, {"check", check}, {"apply", apply}, {"revert", revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
