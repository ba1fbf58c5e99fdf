#include "cli/ask_helper.h"

#include "loop/timer.h"

/* Each plugin within its deadline, and a little for the way there and back. */
#define MOST_PLUGINS CONFIG_MAX_INSPECTORS
#define GRACE_MS     5000 /* also to reach it: one that is not there by then does not run */
#define ORDER_MS     10000 /* for what only has to be written down */

struct question {
	struct helper_client_request request;
	struct helper_client *helper;
	struct timer *deadline; /* to reach the helper, then for its reply */
	int64_t reply_within_ms;
	struct protocol_reply *ret_reply;
	bool asked;
	bool ended;
	int exit_code;
};

/* The client must not be closed from within its own callback, so the deadline comes now. */
static void end(struct question *question, int exit_code)
{
	question->ended = true;
	question->exit_code = exit_code;
	timer_start(question->deadline, 0, 0);
}

static int refusal(const struct protocol_reply *reply)
{
	bool passes = reply->refusal == REFUSAL_BUSY;

	return complain(passes ? EXIT_TRY_LATER : EXIT_FAILED, "the helper refused: %s%s%s",
	    protocol_refusal_name(reply->refusal), reply->text[0] != '\0' ? ": " : "", reply->text);
}

static void on_reply(void *context, const struct protocol_reply *reply)
{
	struct question *question = context;

	if (reply == NULL) {
		end(question, complain(EXIT_UNAVAILABLE, "the helper went away"));
		return;
	}
	*question->ret_reply = *reply;
	end(question, reply->result == PROTOCOL_REFUSED ? refusal(reply) : EXIT_DONE);
}

static void on_connection(void *context, bool connected)
{
	struct question *question = context;

	if (!connected || question->ended)
		return;
	question->asked = helper_client_ask(question->helper, &question->request) == 0;
	if (question->asked)
		timer_start(question->deadline, question->reply_within_ms, 0);
	else
		end(question, complain(EXIT_UNAVAILABLE, "the helper cannot be asked"));
}

static void on_deadline(void *context)
{
	struct question *question = context;

	if (!question->ended)
		question->exit_code = complain(EXIT_UNAVAILABLE,
		    question->asked ? "the helper did not answer in time; whether it still does "
				      "what it was asked for is not known"
				    : "the helper cannot be reached");
	helper_client_close(&question->helper);
	timer_close(&question->deadline);
}

static int64_t reply_within_ms(enum protocol_verb verb, const struct config *config)
{
	bool runs_plugins = verb == PROTOCOL_INSPECT || verb == PROTOCOL_REVERT;

	return runs_plugins ? GRACE_MS + MOST_PLUGINS * config->safety.plugin_timeout_ms : ORDER_MS;
}

int ask_helper(const struct invocation *invocation, const struct config *config,
    const struct helper_client_request *request, struct protocol_reply *ret_reply)
{
	struct question question = {.request = *request,
	    .reply_within_ms = reply_within_ms(request->verb, config),
	    .ret_reply = ret_reply};
	struct helper_client_options options = {.config = config,
	    .config_file = invocation->config_file,
	    .on_connection = on_connection,
	    .context = &question};
	uv_loop_t *loop = NULL;
	int error = loop_new(&loop);

	question.request.on_reply = on_reply;
	question.request.context = &question;
	options.loop = loop;
	if (error == 0)
		error = timer_new(&question.deadline, loop, on_deadline, &question);
	if (error == 0)
		error = helper_client_new(&question.helper, &options);
	if (error == 0) {
		timer_start(question.deadline, GRACE_MS, 0);
		loop_run(loop);
	}
	loop_free(&loop);
	return error == 0 ? question.exit_code
			  : complain(EXIT_UNAVAILABLE, "%s", strerror(-error));
}

int ask_helper_tell(const struct protocol_reply *reply)
{
	if (reply->result == PROTOCOL_DONE)
		return EXIT_DONE;
	return complain(reply->result == PROTOCOL_TRY_LATER ? EXIT_TRY_LATER : EXIT_FAILED,
	    "%s%s%s", protocol_result_name(reply->result), reply->text[0] != '\0' ? ": " : "",
	    reply->text);
}
