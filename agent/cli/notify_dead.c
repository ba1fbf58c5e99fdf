#include "cli/notify.h"

#include "cli/api.h"
#include "cli/incident.h"
#include "daemon/again.h"

#define NOTIFICATIONS_PATH "/api/v1/notifications"

static void tell_dead(const struct json *target)
{
	printf("%lld given up: authmedic notify again ",
	    (long long)json_get_int(target, "dead", 0));
	incident_print_text(target, "name", 0);
	putchar('\n');
}

static void print_targets(const struct json *targets)
{
	if (json_next(targets, NULL) == NULL)
		puts("nobody is told: the configuration names no receiver under `notify`");
	for (const struct json *target = json_next(targets, NULL); target != NULL;
	     target = json_next(targets, target)) {
		incident_print_text(target, "name", 20);
		putchar(' ');
		incident_print_text(target, "type", 12);
		printf(" %lld waiting, ", (long long)json_get_int(target, "waiting", 0));
		if (json_get_int(target, "dead", 0) == 0)
			printf("none given up\n");
		else
			tell_dead(target);
	}
}

static void print_letter(const struct json *letter)
{
	printf("\n");
	incident_print_text(letter, "created", 0);
	printf("  to ");
	incident_print_text(letter, "target", 0);
	printf(": ");
	incident_print_text(letter, "kind", 0);
	printf("\n  ");
	incident_print_text(letter, "summary", 0);
	printf("\n  given up ");
	incident_print_text(letter, "given_up", 0);
	printf(" after %lld attempts: ", (long long)json_get_int(letter, "attempts", 0));
	incident_print_text(letter, "reason", 0);
	if (json_get_int(letter, "status", 0) != 0)
		printf(" (status %lld)", (long long)json_get_int(letter, "status", 0));
	putchar('\n');
}

int notify_list(const struct invocation *invocation)
{
	struct json auto_json *document = NULL;
	const struct json *letters;
	int exit_code = api_get(invocation, NOTIFICATIONS_PATH, &document);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->json)
		return print_json(document);
	print_targets(json_get(document, "notify"));
	letters = json_get(document, "dead_letters");
	for (const struct json *letter = json_next(letters, NULL); letter != NULL;
	     letter = json_next(letters, letter))
		print_letter(letter);
	return EXIT_DONE;
}

static int64_t dead_of(const struct json *targets, const char *name)
{
	for (const struct json *target = json_next(targets, NULL); target != NULL;
	     target = json_next(targets, target)) {
		const char *text = json_get_text(target, "name");

		if (text != NULL && strcmp(text, name) == 0)
			return json_get_int(target, "dead", 0);
	}
	return 0;
}

int notify_again(const struct invocation *invocation, const struct config *config,
    const struct config_notify *notify)
{
	struct json auto_json *document = NULL;
	struct json auto_json *said = json_object_new();
	int exit_code = api_get(invocation, NOTIFICATIONS_PATH, &document);
	int64_t dead;
	int error;

	if (exit_code != EXIT_DONE)
		return exit_code;
	dead = dead_of(json_get(document, "notify"), notify->name);
	error = dead > 0 ? again_ask(config->state_dir, notify->name) : 0;
	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "%s: the daemon cannot be asked: %s",
		    config->state_dir, strerror(-error));
	json_put_text(said, "target", notify->name);
	json_put_int(said, "again", dead);
	if (invocation->json)
		return print_json(said);
	printf("%s: %lld messages are sent again%s\n", notify->name, (long long)dead,
	    dead > 0 ? "; authmedic notify list shows what becomes of them" : "");
	return EXIT_DONE;
}
