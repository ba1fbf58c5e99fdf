#include "cli/api.h"

/* Whoever sits on the daemon's port may have written it. */
static void print_padded(const char *text, int width)
{
	print_escaped(view_of_text(text));
	for (int i = (int)strlen(text); i < width; i++)
		putchar(' ');
}

static void print_text(const struct json *object, const char *name, int width)
{
	const char *text = json_get_text(object, name);

	print_padded(text != NULL && text[0] != '\0' ? text : "-", width);
}

static void print_list(const struct json *document)
{
	const struct json *incidents = json_get(document, "incidents");

	if (json_next(incidents, NULL) == NULL)
		puts("no incidents");
	for (const struct json *incident = json_next(incidents, NULL); incident != NULL;
	     incident = json_next(incidents, incident)) {
		print_text(incident, "id", 26);
		print_text(incident, "site", 16);
		print_text(incident, "diagnosis", 18);
		print_text(incident, "state", 14);
		print_text(incident, "opened", 0);
		putchar('\n');
	}
}

static void print_facts(const struct json *facts)
{
	for (const struct json *fact = json_next(facts, NULL); fact != NULL;
	     fact = json_next(facts, fact)) {
		printf("  ");
		print_padded(json_name(fact), 28);
		putchar(' ');
		print_text(fact, "value", 0);
		printf("  (");
		print_text(fact, "source", 0);
		printf(")\n");
	}
}

static void print_story(const struct json *incident)
{
	const struct json *timeline = json_get(incident, "timeline");

	printf("Incident ");
	print_text(incident, "id", 0);
	printf(" at ");
	print_text(incident, "site", 0);
	printf(": ");
	print_text(incident, "diagnosis", 0);
	printf(", ");
	print_text(incident, "state", 0);
	printf("\nopened ");
	print_text(incident, "opened", 0);
	printf(", closed ");
	print_text(incident, "closed", 0);
	printf("\n\n");
	for (const struct json *event = json_next(timeline, NULL); event != NULL;
	     event = json_next(timeline, event)) {
		printf("  ");
		print_text(event, "time", 26);
		print_text(event, "kind", 14);
		print_text(event, "text", 0);
		putchar('\n');
	}
	printf("\nWhat it was computed from:\n");
	print_facts(json_get(json_get(incident, "evidence"), "facts"));
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

int verb_history(const struct invocation *invocation)
{
	struct json auto_json *document = NULL;
	char path[128] = "/api/v1/incidents";
	int exit_code;

	if (invocation->argument_count > 1)
		return complain(EXIT_USAGE, "history takes at most the id of one incident");
	if (invocation->argument_count == 1) {
		const char *id = invocation->arguments[0];

		if (!is_plain(id) || strlen(id) > 63)
			return complain(EXIT_USAGE, "this is no incident's id: %s", id);
		snprintf(path, sizeof(path), "/api/v1/incidents/%s", id);
	}
	exit_code = api_get(invocation, path, &document);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->json)
		return print_json(document);
	if (invocation->argument_count == 1)
		print_story(document);
	else
		print_list(document);
	return EXIT_DONE;
}
