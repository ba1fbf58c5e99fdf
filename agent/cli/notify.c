/* notify list|test|again: what was not delivered; one message to one receiver, now, and what it
 * answered, of which nothing goes through the daemon; and what was given up, once more. */
#include "cli/notify.h"

#include "base/text.h"
#include "config/config.h"
#include "daemon/target.h"
#include "loop/clock.h"
#include "loop/host.h"
#include "report/notification.h"

#define MAX_BODY_BYTES ((size_t)64 * 1024)

struct test {
	const struct invocation *invocation;
	const struct config_notify *notify;
	struct webhook_sender *sender;
	struct target target;
	int exit_code;
};

static int exit_code_of(const struct webhook_outcome *outcome)
{
	if (outcome->result == WEBHOOK_DELIVERED)
		return EXIT_DONE;
	if (outcome->result == WEBHOOK_DEAD)
		return EXIT_FAILED;
	return outcome->status == 0 ? EXIT_UNAVAILABLE : EXIT_TRY_LATER;
}

static void print_outcome_json(const struct test *test, const struct webhook_outcome *outcome)
{
	struct json auto_json *object = json_object_new();

	json_put_text(object, "target", test->notify->name);
	json_put_text(object, "type", test->notify->type);
	json_put_text(object, "result", webhook_result_name(outcome->result));
	if (outcome->status != 0)
		json_put_int(object, "status", outcome->status);
	json_put_text(object, "reason", outcome->reason);
	json_put_view(object, "answer", outcome->answer);
	print_json(object);
}

static void on_outcome(
    void *context, unused_parameter size_t target, const struct webhook_outcome *outcome)
{
	struct test *test = context;

	test->exit_code = exit_code_of(outcome);
	if (test->invocation->json) {
		print_outcome_json(test, outcome);
	} else if (outcome->status == 0) {
		printf("%s: no answer: %s\n", test->notify->name, outcome->reason);
	} else {
		printf("%s: %s: status %d\n", test->notify->name,
		    outcome->result == WEBHOOK_DELIVERED ? "delivered" : "not taken",
		    outcome->status);
		if (outcome->answer.length > 0) {
			printf("  ");
			print_escaped(outcome->answer);
			putchar('\n');
		}
	}
	webhook_sender_close(&test->sender);
}

static int print_body(const struct test *test, const char *id, struct buffer *body)
{
	const struct notification notification = {.kind = "test",
	    .time_ms = clock_now_ms(),
	    .site = "test",
	    .incident = "test",
	    .state = "test",
	    .text = "This is a test by a person. Nothing is wrong.",
	    .reason = "",
	    .remedy = ""};
	char host[HOST_NAME_BYTES];
	struct wire_news news = {.id = id,
	    .host = host,
	    .now_ms = notification.time_ms,
	    .key = test->target.key};
	struct json auto_json *document = NULL;
	struct buffer auto_buffer text;
	int error;

	host_name(host);
	buffer_init(&text, MAX_BODY_BYTES);
	error = notification_print(&notification, &text);
	if (error == 0)
		error = json_parse(buffer_view(&text), &document);
	news.document = document;
	return error < 0 ? error : test->target.wire->print(&news, body);
}

static int send(struct test *test)
{
	struct webhook_message message = {.now_ms = clock_now_ms()};
	struct buffer auto_buffer body;
	char id[48];
	int error;

	buffer_init(&body, MAX_BODY_BYTES);
	snprintf(id, sizeof(id), "test-%lld", (long long)message.now_ms);
	error = print_body(test, id, &body);
	message.id = view_of_text(id);
	message.body = buffer_view(&body);
	return error < 0 ? error : webhook_sender_send(test->sender, 0, &message);
}

static int open_target(struct test *test, uv_loop_t *loop)
{
	const struct webhook_options options = {.on_outcome = on_outcome,
	    .context = test,
	    .user_agent = "authmedic/" AUTHMEDIC_VERSION};
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, CLI_MAX_ERROR_BYTES);
	error = webhook_sender_new(&test->sender, loop, &options);
	if (error < 0)
		return complain(EXIT_UNAVAILABLE, "cannot send: %s", strerror(-error));
	error = target_open(&test->target, test->notify, test->sender, &errors);
	print_errors(&errors);
	if (error == 0)
		error = send(test);
	else
		return EXIT_CONFIG;
	return error == 0 ? EXIT_DONE
			  : complain(EXIT_UNAVAILABLE, "cannot send: %s", strerror(-error));
}

static int run(struct test *test)
{
	uv_loop_t *loop = NULL;
	int exit_code;

	if (loop_new(&loop) < 0)
		return complain(EXIT_UNAVAILABLE, "no memory");
	exit_code = open_target(test, loop);
	if (exit_code != EXIT_DONE)
		webhook_sender_close(&test->sender);
	loop_run(loop);
	loop_free(&loop);
	target_done(&test->target);
	return exit_code != EXIT_DONE ? exit_code : test->exit_code;
}

static const struct config_notify *find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->notify.count; i++)
		if (strcmp(config->notify.items[i].name, name) == 0)
			return &config->notify.items[i];
	return NULL;
}

static int test_target(const struct invocation *invocation,
    unused_parameter const struct config *config, const struct config_notify *notify)
{
	struct test test = {
	    .invocation = invocation, .notify = notify, .exit_code = EXIT_UNAVAILABLE};

	return run(&test);
}

typedef int notify_action(const struct invocation *invocation, const struct config *config,
    const struct config_notify *notify);

static int of_target(const struct invocation *invocation, notify_action *action)
{
	struct config *config = NULL;
	const struct config_notify *notify;
	int exit_code = load_config(invocation, &config);

	if (exit_code != EXIT_DONE)
		return exit_code;
	notify = find(config, invocation->arguments[1]);
	exit_code = notify != NULL
	    ? action(invocation, config, notify)
	    : complain(EXIT_USAGE, "no such target: %s", invocation->arguments[1]);
	config_free(&config);
	return exit_code;
}

int verb_notify(const struct invocation *invocation)
{
	const char *what = invocation->argument_count > 0 ? invocation->arguments[0] : "";

	if (invocation->argument_count == 1 && strcmp(what, "list") == 0)
		return notify_list(invocation);
	if (invocation->argument_count == 2 && strcmp(what, "test") == 0)
		return of_target(invocation, test_target);
	if (invocation->argument_count == 2 && strcmp(what, "again") == 0)
		return of_target(invocation, notify_again);
	return complain(EXIT_USAGE,
	    "notify takes 'list', or 'test' or 'again' and the name of one target");
}
