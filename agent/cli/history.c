#include "base/file.h"
#include "cli/api.h"
#include "cli/document.h"
#include "cli/incident.h"

static void print_list(const struct json *document)
{
	const struct json *incidents = json_get(document, "incidents");

	if (json_next(incidents, NULL) == NULL)
		puts("no incidents");
	for (const struct json *incident = json_next(incidents, NULL); incident != NULL;
	     incident = json_next(incidents, incident)) {
		incident_print_text(incident, "id", 26);
		incident_print_text(incident, "site", 16);
		incident_print_text(incident, "diagnosis", 18);
		incident_print_text(incident, "state", 14);
		incident_print_text(incident, "opened", 0);
		putchar('\n');
	}
}

/* An id goes into a URL path as it is, so it may hold nothing that means something there. */
static bool is_plain(const char *id)
{
	for (; *id != '\0'; id++)
		if (!(*id >= 'a' && *id <= 'z') && !(*id >= 'A' && *id <= 'Z') &&
		    !(*id >= '0' && *id <= '9') && *id != '-' && *id != '_')
			return false;
	return true;
}

/* An incident that was kept with `history ID --json`: no daemon is needed then. */
static int read_document(const char *path, struct json **ret_document)
{
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, CLI_MAX_DOCUMENT_BYTES);
	error = file_read(path, &text);
	if (error < 0)
		return complain(EXIT_FAILED, "%s: %s", path, strerror(-error));
	if (json_parse(buffer_view(&text), ret_document) < 0)
		return complain(EXIT_FAILED, "%s: this is no incident as --json prints it", path);
	return EXIT_DONE;
}

static int get_incident(const struct invocation *invocation, struct json **ret_document)
{
	const char *id = invocation->arguments[0];
	char path[128];

	if (strchr(id, '/') != NULL)
		return read_document(id, ret_document);
	if (!is_plain(id) || strlen(id) > 63)
		return complain(EXIT_USAGE, "this is no incident's id: %s", id);
	snprintf(path, sizeof(path), "/api/v1/incidents/%s", id);
	return api_get(invocation, path, ret_document);
}

/* People are told of an incident, by its id, before the history can have it. */
static int tell_what_is_missing(const struct invocation *invocation, int exit_code)
{
	struct json auto_json *document = NULL;

	if (api_get(invocation, "/api/v1/status", &document) == EXIT_DONE &&
	    strstr(document_text(document, "not_ready"), "cannot be saved") != NULL)
		return complain(exit_code,
		    "the state cannot be saved: what happened since is not in the history yet, "
		    "see authmedic status");
	return exit_code;
}

static int show_incident(const struct invocation *invocation)
{
	static const char *const words[] = {"same", "differs", "unchecked"};
	struct json auto_json *document = NULL;
	int exit_code = get_incident(invocation, &document);
	enum incident_check check;

	if (exit_code == EXIT_FAILED && strchr(invocation->arguments[0], '/') == NULL)
		return tell_what_is_missing(invocation, exit_code);
	if (exit_code != EXIT_DONE)
		return exit_code;
	check = incident_check(document);
	if (invocation->json) {
		json_remove(document, "recomputed");
		json_put_text(document, "recomputed", words[check]);
		exit_code = print_json(document);
	} else {
		const struct screen screen = screen_look();

		incident_print(document);
		putchar('\n');
		screen_print_text(&screen, 0, incident_check_sentence(check));
	}
	return check == INCIDENT_DIFFERS ? EXIT_FAILED : exit_code;
}

int verb_history(const struct invocation *invocation)
{
	struct json auto_json *document = NULL;
	int exit_code;

	if (invocation->argument_count > 1)
		return complain(EXIT_USAGE, "history takes at most the id of one incident");
	if (invocation->argument_count == 1)
		return show_incident(invocation);
	exit_code = api_get(invocation, "/api/v1/incidents", &document);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->json)
		return print_json(document);
	print_list(document);
	return tell_what_is_missing(invocation, EXIT_DONE);
}
