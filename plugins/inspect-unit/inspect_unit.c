#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/array.h"
#include "common/command.h"
#include "common/plugin.h"
#include "common/unit.h"
#include "common/worker.h"
#include "common/worker_view.h"
#include "inspect-unit/specifiers.h"
#include "inspect-unit/unit_file.h"

#define SYSTEMCTL       "systemctl"
#define CREDENTIALS     "/run/credentials"
#define MAX_TEXT_BYTES  ((size_t)1024 * 1024)
#define MAX_PATHS       64

struct copied {
	char *id; /* NULL of a bound path */
	char *source;
};

struct unit {
	char name[UNIT_MAX_BYTES + 1];
	int64_t process_id; /* of its worker; 0: none runs */
	array_of(struct copied) copies;
};

/* -------------------------------------------------------------------------- what it copied */

static void free_copy(struct copied *copy)
{
	free(copy->id);
	free(copy->source);
}

/* As it stands there where it says what nobody here can tell. */
static char *expand(const struct unit *unit, struct view text)
{
	struct buffer auto_buffer expanded;

	buffer_init(&expanded, MAX_TEXT_BYTES);
	return view_to_text(specifiers_expand(text, unit->name, &expanded) == 0
				? buffer_view(&expanded)
				: text);
}

static void on_credential(void *context, struct view id, struct view source)
{
	struct unit *unit = context;
	struct copied copy = {.id = expand(unit, id), .source = expand(unit, source)};

	if (copy.source == NULL || copy.id == NULL ||
	    array_push(&unit->copies, copy, MAX_PATHS) < 0)
		free_copy(&copy);
}

static void on_bind(void *context, unused_parameter struct view id, struct view source)
{
	struct unit *unit = context;
	struct copied copy = {.source = expand(unit, source)};

	if (copy.source == NULL || array_push(&unit->copies, copy, MAX_PATHS) < 0)
		free_copy(&copy);
}

static void on_reset(void *context, struct view key, unused_parameter struct view value)
{
	bool credentials = view_equal_text(key, "LoadCredential");
	struct unit *unit = context;
	size_t kept = 0;

	for (size_t i = 0; i < unit->copies.count; i++) {
		struct copied *copy = &unit->copies.items[i];

		if ((copy->id != NULL) == credentials)
			free_copy(copy);
		else
			unit->copies.items[kept++] = *copy;
	}
	unit->copies.count = kept;
}

static void unit_done(struct unit *unit)
{
	for (size_t i = 0; i < unit->copies.count; i++)
		free_copy(&unit->copies.items[i]);
	array_done(&unit->copies);
}

/* The copy lies where only the unit sees it. */
static enum answer matches(const struct unit *unit, const struct copied *copy)
{
	enum answer answer = ANSWER_UNKNOWN;
	char path[PATH_MAX];
	int root, ours, theirs;

	if (unit->process_id == 0 || worker_view_root(unit->process_id, &root) < 0)
		return ANSWER_UNKNOWN;
	snprintf(path, sizeof(path), CREDENTIALS "/%s/%s", unit->name, copy->id);
	ours = open(copy->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (ours >= 0 && worker_view_open(root, path, &theirs) == 0) {
		answer = worker_view_same_content(ours, theirs);
		close(theirs);
	}
	if (ours >= 0)
		close(ours);
	close(root);
	return answer;
}

static bool is_keytab(const struct copied *copy, const char *keytab)
{
	return keytab != NULL && strcmp(copy->source, keytab) == 0;
}

static void tell_copies(const struct unit *unit)
{
	const char *keytab = plugin_value("AUTHMEDIC_KEYTAB");
	enum answer matched = ANSWER_UNKNOWN;
	struct plugin_list credentials, paths;
	bool bound = false;

	plugin_list_init(&credentials, "unit.credentials");
	plugin_list_init(&paths, "unit.bind_paths");
	for (size_t i = 0; i < unit->copies.count; i++) {
		const struct copied *copy = &unit->copies.items[i];
		bool is_credential = copy->id != NULL;

		plugin_list_add(is_credential ? &credentials : &paths, "%s", copy->source);
		if (is_keytab(copy, keytab) && is_credential)
			matched = matches(unit, copy);
		bound |= is_keytab(copy, keytab) && !is_credential;
	}
	plugin_list_done(&credentials);
	plugin_list_done(&paths);
	worker_view_tell("unit.credential_matches", matched);
	plugin_fact_yes("unit.keytab_bound", bound);
}

static void read_unit_file(struct unit *unit)
{
	const char *const argv[] = {SYSTEMCTL, "cat", "--no-pager", "--", unit->name, NULL};
	const struct unit_file_watch watch = {on_credential, on_bind, on_reset, unit};
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TEXT_BYTES);
	if (command_run(argv, &text) == 0)
		unit_file_read(buffer_view(&text), &watch);
}

/* ------------------------------------------------------------------------------ its state */

/* `@SECONDS`; 0 and n/a where there is none. */
static void tell_time(const char *name, struct view value)
{
	int64_t seconds;

	if (!view_starts_with(value, VIEW("@")) ||
	    view_to_int64(view_skip(value, 1), &seconds) < 0 || seconds == 0)
		plugin_fact_unknown(name);
	else
		plugin_fact_time(name, seconds * 1000);
}

static void tell_state(const char *name, struct view value)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	plugin_list_add(&list, "%.*s", VIEW_ARGUMENTS(value));
	plugin_list_done(&list);
}

static void tell_yes(const char *name, struct view value)
{
	plugin_fact_yes(name, view_equal_text(value, "yes"));
}

static const struct property {
	const char *name;
	const char *fact;
	void (*tell)(const char *fact, struct view value);
} properties[] = {
    {"ActiveState", "unit.state", tell_state},
    {"ExecMainStartTimestamp", "unit.started", tell_time},
    {"StateChangeTimestamp", "unit.changed", tell_time},
    {"NeedDaemonReload", "unit.file_newer", tell_yes},
};

static bool take_property(struct view line)
{
	struct view value = line, name;

	if (!view_cut(&value, '=', &name))
		return false;
	for (size_t i = 0; i < count_of(properties); i++) {
		if (view_equal_text(name, properties[i].name)) {
			properties[i].tell(properties[i].fact, value);
			return true;
		}
	}
	return false;
}

/* False where systemd does not answer. */
static bool tell_properties(const struct unit *unit)
{
	const char *const argv[] = {SYSTEMCTL, "show", "--timestamp=unix",
	    "--property=ActiveState,ExecMainStartTimestamp,StateChangeTimestamp,NeedDaemonReload",
	    "--", unit->name, NULL};
	struct buffer auto_buffer text;
	struct view rest;
	size_t found = 0;

	buffer_init(&text, MAX_TEXT_BYTES);
	if (command_run(argv, &text) == 0) {
		rest = buffer_view(&text);
		while (rest.length > 0) {
			struct view line;

			view_cut(&rest, '\n', &line);
			found += take_property(line);
		}
	}
	if (found > 0)
		return true;
	for (size_t i = 0; i < count_of(properties); i++)
		plugin_fact_unknown(properties[i].fact);
	return false;
}

/* ----------------------------------------------------------------------------------- verbs */

/* The unit that the site names, else the one that its worker runs in. */
static int find_unit(struct unit *unit)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == 0 && worker.count > 0)
		unit->process_id = worker.oldest.process_id;
	return unit_of_worker(unit->process_id, unit->name);
}

static int inspect(void)
{
	struct unit auto_call(unit_done) unit = {0};

	if (find_unit(&unit) < 0)
		return PLUGIN_DONE; /* there is none to tell of */
	plugin_fact("unit.name", "%s", unit.name);
	if (tell_properties(&unit)) {
		read_unit_file(&unit);
		tell_copies(&unit);
	}
	return PLUGIN_DONE;
}

int main(int argc, char **argv)
{
	static const struct plugin_inspector inspector = {.name = "inspect-unit",
	    .title = "what the worker's systemd unit copied or bound when it started, and when",
	    .inspect = inspect};

	return plugin_inspector_main(argc, argv, &inspector);
}
