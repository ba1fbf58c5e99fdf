#include "remedy/helper_client.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "loop/packet_channel.h"
#include "loop/timer.h"

#define FIRST_RETRY_MS   200
#define LONGEST_RETRY_MS 30000
/* A helper whose line broke may still be finishing an action; so many may live at once. */
#define MAX_HELPERS 4

_Static_assert(sizeof(struct protocol_reply) <= PACKET_CHANNEL_MAX_PACKET_BYTES,
    "a reply must fit into a packet");

struct waiting {
	uint64_t request_id; /* 0: a free place */
	int64_t asked_ms; /* boot clock */
	helper_client_on_reply *on_reply;
	void *context;
};

struct helper_client {
	struct helper_client_options options;
	struct packet_channel *channel;
	struct child *helpers[MAX_HELPERS];
	struct timer *retry;
	int64_t retry_ms;
	uint64_t last_request_id;
	int64_t asked_ms; /* what is being answered */
	struct waiting waiting[HELPER_CLIENT_MAX_REQUESTS];
};

static void try_connect(struct helper_client *client);

static void schedule_retry(struct helper_client *client)
{
	timer_start(client->retry, client->retry_ms, 0);
	client->retry_ms *= 2;
	if (client->retry_ms > LONGEST_RETRY_MS)
		client->retry_ms = LONGEST_RETRY_MS;
}

/* Everybody who waits learns that no reply will come. */
static void answer_all_waiting(struct helper_client *client)
{
	for (size_t i = 0; i < HELPER_CLIENT_MAX_REQUESTS; i++) {
		struct waiting waiting = client->waiting[i];

		if (waiting.request_id == 0)
			continue;
		client->waiting[i].request_id = 0;
		waiting.on_reply(waiting.context, NULL);
	}
}

static void disconnect(struct helper_client *client)
{
	packet_channel_close(&client->channel);
	client->options.on_connection(client->options.context, false);
	answer_all_waiting(client);
	schedule_retry(client);
}

static void on_broken(void *context, int reason)
{
	struct helper_client *client = context;

	log_warning("the line to the helper broke: %s",
	    reason == 0 ? "it closed its end" : strerror(-reason));
	disconnect(client);
}

static void on_packet(void *context, struct view packet)
{
	struct helper_client *client = context;
	struct protocol_reply reply;

	if (protocol_read_reply(&reply, packet.data, packet.length) < 0) {
		log_error("the helper sent what is no reply; closing the line");
		disconnect(client);
		return;
	}
	client->retry_ms = FIRST_RETRY_MS;
	for (size_t i = 0; i < HELPER_CLIENT_MAX_REQUESTS; i++) {
		struct waiting waiting = client->waiting[i];

		if (waiting.request_id == 0 || waiting.request_id != reply.request_id)
			continue;
		client->waiting[i].request_id = 0;
		client->asked_ms = waiting.asked_ms;
		waiting.on_reply(waiting.context, &reply);
		return;
	}
	log_warning("the helper answered a question that nobody asked");
}

static void on_helper_exit(void *context, const struct child_result *result)
{
	struct child **helper = context;

	log_warning(
	    "the helper ended with status %d, signal %d", result->exit_status, result->term_signal);
	child_close(helper);
}

static struct child **free_helper(struct helper_client *client)
{
	for (size_t i = 0; i < MAX_HELPERS; i++)
		if (client->helpers[i] == NULL)
			return &client->helpers[i];
	return NULL;
}

static int spawn(struct helper_client *client)
{
	struct child **helper = free_helper(client);
	const struct packet_channel_callbacks callbacks = {on_packet, on_broken, client};
	char program[4096];
	const char *argv[] = {
	    program, "--config", client->options.config_file, "--socket-fd", "3", NULL};
	const char *const environment[] = {
	    "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	struct child_options options = {.argv = argv,
	    .environment = environment,
	    .pass_descriptor = true,
	    .share_stderr = true,
	    .on_exit = on_helper_exit,
	    .context = helper};
	int sockets[2];
	int error;

	if (helper == NULL)
		return -EAGAIN;
	snprintf(
	    program, sizeof(program), "%s/authmedic-helper", client->options.config->programs_dir);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return -errno;
	options.descriptor = sockets[1];
	error = child_new(helper, client->options.loop, &options);
	close(sockets[1]);
	if (error == 0)
		error = packet_channel_new(
		    &client->channel, client->options.loop, sockets[0], &callbacks);
	if (error < 0) {
		close(sockets[0]);
		child_close(helper);
	}
	return error;
}

static int reach(struct helper_client *client)
{
	const struct packet_channel_callbacks callbacks = {on_packet, on_broken, client};

	if (client->options.config->helper_spawn)
		return spawn(client);
	return packet_channel_connect(&client->channel, client->options.loop,
	    client->options.config->helper_socket, &callbacks);
}

static void try_connect(struct helper_client *client)
{
	int error = reach(client);

	if (error < 0) {
		log_warning("cannot reach the helper: %s", strerror(-error));
		schedule_retry(client);
		return;
	}
	client->options.on_connection(client->options.context, true);
}

static void on_retry(void *context)
{
	try_connect(context);
}

int helper_client_new(
    struct helper_client **ret_client, const struct helper_client_options *options)
{
	struct helper_client *client = calloc(1, sizeof(*client));
	int error;

	if (client == NULL)
		return -ENOMEM;
	client->options = *options;
	client->retry_ms = FIRST_RETRY_MS;
	error = timer_new(&client->retry, options->loop, on_retry, client);
	if (error < 0) {
		free(client);
		return error;
	}
	timer_start(client->retry, 0, 0);
	*ret_client = client;
	return 0;
}

void helper_client_close(struct helper_client **client)
{
	if (*client == NULL)
		return;
	packet_channel_close(&(*client)->channel);
	for (size_t i = 0; i < MAX_HELPERS; i++)
		child_abandon(&(*client)->helpers[i]);
	timer_close(&(*client)->retry);
	free(*client);
	*client = NULL;
}

bool helper_client_is_connected(const struct helper_client *client)
{
	return client->channel != NULL;
}

static int put_name(char field[PROTOCOL_NAME_BYTES], const char *name)
{
	size_t length = name != NULL ? strlen(name) : 0;

	if (length >= PROTOCOL_NAME_BYTES)
		return -EINVAL;
	if (length > 0)
		memcpy(field, name, length);
	return 0;
}

static struct waiting *free_place(struct helper_client *client)
{
	for (size_t i = 0; i < HELPER_CLIENT_MAX_REQUESTS; i++)
		if (client->waiting[i].request_id == 0)
			return &client->waiting[i];
	return NULL;
}

int helper_client_ask(struct helper_client *client, const struct helper_client_request *request)
{
	struct protocol_request message = {.magic = PROTOCOL_MAGIC,
	    .verb = (uint32_t)request->verb,
	    .config_digest = client->options.config->digest,
	    .key = request->key,
	    .for_ms = request->for_ms,
	    .begin_by_s = (uint32_t)(request->begin_by_ms / 1000),
	    .rung = request->rung};
	struct waiting *place = free_place(client);
	int error;

	if (client->channel == NULL)
		return -ENOTCONN;
	if (place == NULL)
		return -ENOSPC;
	if (put_name(message.site, request->site) < 0 ||
	    put_name(message.incident, request->incident) < 0 ||
	    put_name(message.reason, request->reason) < 0)
		return -EINVAL;
	message.request_id = ++client->last_request_id;
	error =
	    packet_channel_send(client->channel, view_of((const char *)&message, sizeof(message)));
	if (error < 0)
		return error;
	*place = (struct waiting){
	    message.request_id, clock_boot_ms(), request->on_reply, request->context};
	return 0;
}

int64_t helper_client_asked_ms(const struct helper_client *client)
{
	return client->asked_ms;
}
