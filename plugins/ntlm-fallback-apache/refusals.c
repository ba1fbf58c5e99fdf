#include "ntlm-fallback-apache/refusals.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/array.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "ntlm-fallback-apache/apache_config.h"

#define MAX_SECTIONS       256
#define MAX_WHY_BYTES      4096
#define MAX_OTHER_SECTIONS 65536

static bool is(const struct apache_directive *directive, const char *name)
{
	return view_equal_ignoring_case(directive->name, view_of_text(name));
}

static bool is_off(const struct apache_directive *directive)
{
	struct view rest = directive->arguments, word;

	return apache_next_argument(&rest, &word) &&
	    (view_equal_ignoring_case(word, VIEW("Off")) ||
		view_equal_ignoring_case(word, VIEW("None")));
}

static bool contains_word(struct view name, const char *part)
{
	struct view wanted = view_of_text(part);

	for (size_t i = 0; i + wanted.length <= name.length; i++)
		if (view_equal_ignoring_case(view_first(view_skip(name, i), wanted.length), wanted))
			return true;
	return false;
}

static bool speaks_gssapi(const struct apache_directive *directive)
{
	struct view rest = directive->arguments, word;

	return view_equal_ignoring_case(view_first(directive->name, 6), VIEW("Gssapi")) ||
	    (is(directive, "AuthType") && apache_next_argument(&rest, &word) &&
		view_equal_ignoring_case(word, VIEW("GSSAPI")));
}

/* ----------------------------------------------------------------------------------- the snippet
 */

struct section {
	bool speaks, asks; /* has directives of mod_auth_gssapi; says that it signs people in */
	bool allows_ntlm, allows_others, is_bound;
};

struct snippet {
	struct section sections[MAX_SECTIONS];
	bool too_many;
	int result;
};

/* In the fallback's own snippet. */
static const struct {
	const char *name;
	bool may_be_off;
	const char *why;
} forbidden[] = {
    {"GssapiCredStore", false, "with a credential store gss-ntlmssp takes the worker down"},
    {"GssapiBasicAuth", true, "passwords in clear are no part of a fallback"},
    {"GssapiUseS4U2Proxy", true, "NTLM cannot delegate"},
    {"GssapiDelegCcacheDir", false, "NTLM cannot delegate"},
    {"GssapiImpersonate", true, "NTLM cannot delegate"},
    {"Include", false, "what it includes would not be looked at"},
    {"IncludeOptional", false, "what it includes would not be looked at"},
};

static void check_forbidden(struct snippet *snippet, const struct apache_directive *directive)
{
	for (size_t i = 0; i < count_of(forbidden); i++)
		if (is(directive, forbidden[i].name) &&
		    !(forbidden[i].may_be_off && is_off(directive)))
			snippet->result = remedy_complain("%s:%zu: %s: %s", directive->file,
			    directive->line, forbidden[i].name, forbidden[i].why);
}

static void take_mechanisms(struct section *section, struct view arguments)
{
	struct view word;

	while (apache_next_argument(&arguments, &word)) {
		if (view_equal_ignoring_case(word, VIEW("ntlmssp")))
			section->allows_ntlm = true;
		else
			section->allows_others = true;
	}
}

static void on_snippet_directive(void *context, const struct apache_directive *directive)
{
	struct snippet *snippet = context;
	struct section *section = &snippet->sections[directive->section % MAX_SECTIONS];

	snippet->too_many |= directive->section >= MAX_SECTIONS;
	check_forbidden(snippet, directive);
	if (!speaks_gssapi(directive))
		return;
	section->speaks = true;
	section->asks |= is(directive, "AuthType");
	if (is(directive, "GssapiAllowedMech"))
		take_mechanisms(section, directive->arguments);
	if (is(directive, "GssapiConnectionBound"))
		section->is_bound = !is_off(directive);
}

static int judge_section(const char *file, const struct section *section)
{
	if (!section->allows_ntlm || section->allows_others)
		return remedy_complain("%s: each section needs GssapiAllowedMech ntlmssp and no "
				       "other mechanism: a client with a ticket that the server "
				       "cannot read is not helped by both",
		    file);
	if (!section->is_bound)
		return remedy_complain(
		    "%s: each section needs GssapiConnectionBound On: NTLM signs "
		    "in a connection",
		    file);
	return PLUGIN_DONE;
}

static int read_snippet(const char *file, struct view text, struct snippet *ret_snippet)
{
	const struct apache_walk walk = {
	    .on_directive = on_snippet_directive, .context = ret_snippet};
	struct buffer auto_buffer why;

	*ret_snippet = (struct snippet){.result = PLUGIN_DONE};
	buffer_init(&why, MAX_WHY_BYTES);
	if (apache_config_walk_text(&walk, file, text, &why) < 0)
		return remedy_complain("%s", buffer_text(&why));
	return ret_snippet->too_many ? remedy_complain("%s: too many sections", file)
				     : ret_snippet->result;
}

int refusals_of_snippet(const char *file, struct view text)
{
	struct snippet snippet;
	int result = read_snippet(file, text, &snippet);
	bool asks = false;

	for (size_t i = 0; i < MAX_SECTIONS && result == PLUGIN_DONE; i++) {
		if (snippet.sections[i].speaks)
			result = judge_section(file, &snippet.sections[i]);
		asks |= snippet.sections[i].asks;
	}
	if (result == PLUGIN_DONE && !asks)
		result = remedy_complain("%s: no section has AuthType GSSAPI", file);
	return result;
}

static void on_any_directive(void *context, const struct apache_directive *directive)
{
	struct section section = {0};
	bool *allows = context;

	if (is(directive, "GssapiAllowedMech"))
		take_mechanisms(&section, directive->arguments);
	*allows |= section.allows_ntlm;
}

bool snippet_allows_ntlm(struct view text)
{
	bool allows = false;
	const struct apache_walk walk = {.on_directive = on_any_directive, .context = &allows};
	struct buffer auto_buffer why;

	buffer_init(&why, MAX_WHY_BYTES);
	return apache_config_walk_text(&walk, "", text, &why) < 0 || allows;
}

/* ----------------------------------------------------------------------- Apache's configuration */

/* A section outside of what is replaced, of which Apache may serve the same pages. */
struct other_section {
	bool has_store, allows_ntlm, names_mechanisms;
};

struct config {
	struct stat active_status;
	bool includes_active;
	struct other_section *items; /* by the number of the section */
	size_t count, capacity;
	int result;
};

static void refuse(struct config *config, const struct apache_directive *directive, const char *why)
{
	if (config->result == PLUGIN_DONE)
		config->result = remedy_complain("%s:%zu: %.*s: %s", directive->file,
		    directive->line, VIEW_ARGUMENTS(directive->name), why);
}

static bool is_same_file(const struct config *config, const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && status.st_dev == config->active_status.st_dev &&
	    status.st_ino == config->active_status.st_ino;
}

static void take_other_section(struct config *config, const struct apache_directive *directive)
{
	struct section mechanisms = {0};
	struct other_section *other;

	while (config->count <= directive->section)
		if (array_push(config, ((struct other_section){0}), MAX_OTHER_SECTIONS) < 0) {
			refuse(config, directive, "too many sections to look through");
			return;
		}
	other = &config->items[directive->section];
	other->has_store |= is(directive, "GssapiCredStore");
	if (!is(directive, "GssapiAllowedMech"))
		return;
	take_mechanisms(&mechanisms, directive->arguments);
	other->names_mechanisms = true;
	other->allows_ntlm |= mechanisms.allows_ntlm;
}

static void refuse_crashes(struct config *config)
{
	for (size_t i = 0; i < config->count && config->result == PLUGIN_DONE; i++) {
		const struct other_section *other = &config->items[i];

		if (other->has_store && (other->allows_ntlm || !other->names_mechanisms))
			config->result = remedy_complain(
			    "a section of Apache's configuration has GssapiCredStore and lets "
			    "gss-ntlmssp in, which takes the worker down: it needs "
			    "GssapiAllowedMech krb5");
	}
}

static void on_config_directive(void *context, const struct apache_directive *directive)
{
	static const char *const delegation[] = {
	    "GssapiUseS4U2Proxy", "GssapiDelegCcacheDir", "GssapiImpersonate"};
	struct config *config = context;

	for (size_t i = 0; i < count_of(delegation); i++)
		if (is(directive, delegation[i]) && !is_off(directive))
			refuse(config, directive, "delegation is in use, which NTLM cannot do");
	if ((contains_word(directive->name, "ChannelBinding") ||
		contains_word(directive->name, "ExtendedProtection")) &&
	    !is_off(directive))
		refuse(config, directive,
		    "channel binding is in use, which a fallback would take away");
	if (is_same_file(config, directive->file))
		config->includes_active = true;
	else
		take_other_section(config, directive);
}

static void config_done(struct config *config)
{
	array_done(config);
}

int refusals_of_config(const char *file, const char *active)
{
	struct config auto_call(config_done) config = {.result = PLUGIN_DONE};
	const char *slash = strrchr(file, '/');
	char root[APACHE_MAX_PATH_BYTES];
	const struct apache_walk walk = {.on_directive = on_config_directive,
	    .context = &config,
	    .follows_includes = true,
	    .server_root = root};
	struct buffer auto_buffer why;

	buffer_init(&why, MAX_WHY_BYTES);
	if (file[0] != '/')
		return remedy_complain("with.config must be an absolute path");
	snprintf(root, sizeof(root), "%.*s", (int)(slash - file), file);
	if (stat(active, &config.active_status) < 0)
		return remedy_complain("%s: %s", active, strerror(errno));
	if (apache_config_walk(&walk, file, &why) < 0)
		return remedy_complain("%s", buffer_text(&why));
	refuse_crashes(&config);
	if (config.result == PLUGIN_DONE && !config.includes_active)
		return remedy_complain(
		    "%s does not include %s, so nothing would change", file, active);
	return config.result;
}
