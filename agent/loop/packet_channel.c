#include "loop/packet_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

/* Packets taken in one turn of the loop, so that a busy peer cannot starve the rest. */
#define MAX_PACKETS_PER_TURN 16

struct packet {
	char *data;
	size_t length;
};

struct packet_channel {
	uv_poll_t handle;
	int socket;
	bool broken;
	bool closing;
	struct packet_channel_callbacks callbacks;
	struct packet queue[PACKET_CHANNEL_MAX_QUEUE]; /* a ring */
	size_t queue_first, queue_count;
	char received[PACKET_CHANNEL_MAX_PACKET_BYTES];
};

static void on_event(uv_poll_t *handle, int status, int events);

static int poll_for(struct packet_channel *channel)
{
	int events = UV_READABLE | (channel->queue_count > 0 ? UV_WRITABLE : 0);

	return uv_poll_start(&channel->handle, events, on_event);
}

int packet_channel_new(struct packet_channel **ret_channel, uv_loop_t *loop, int socket,
    const struct packet_channel_callbacks *callbacks)
{
	struct packet_channel *channel = calloc(1, sizeof(*channel));
	int error;

	if (channel == NULL)
		return -ENOMEM;
	channel->callbacks = *callbacks;
	channel->socket = -1;				      /* the caller's until we succeed */
	error = uv_poll_init(loop, &channel->handle, socket); /* makes it non-blocking too */
	if (error < 0) {
		free(channel);
		return error;
	}
	channel->handle.data = channel;
	error = poll_for(channel);
	if (error < 0)
		goto fail;
	channel->socket = socket;
	*ret_channel = channel;
	return 0;
fail:
	packet_channel_close(&channel);
	return error;
}

int packet_channel_connect(struct packet_channel **ret_channel, uv_loop_t *loop, const char *path,
    const struct packet_channel_callbacks *callbacks)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int connected = -1;
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	connected = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connected < 0)
		return -errno;
	error = connect(connected, (const struct sockaddr *)&address, sizeof(address));
	error = error < 0 ? -errno : packet_channel_new(ret_channel, loop, connected, callbacks);
	if (error < 0)
		close(connected);
	return error;
}

static void drop_first(struct packet_channel *channel)
{
	free(take_pointer(channel->queue[channel->queue_first].data));
	channel->queue_first = (channel->queue_first + 1) % PACKET_CHANNEL_MAX_QUEUE;
	channel->queue_count--;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct packet_channel *channel = handle->data;

	if (channel->socket >= 0)
		close(channel->socket);
	free(channel);
}

void packet_channel_close(struct packet_channel **channel)
{
	if (*channel == NULL)
		return;
	(*channel)->closing = true;
	while ((*channel)->queue_count > 0)
		drop_first(*channel);
	uv_close((uv_handle_t *)&(*channel)->handle, on_handle_closed);
	*channel = NULL;
}

static void break_off(struct packet_channel *channel, int reason)
{
	channel->broken = true;
	uv_poll_stop(&channel->handle);
	channel->callbacks.on_broken(channel->callbacks.context, reason);
}

/* 0, -EAGAIN where there is nothing (more), else what broke the channel; 1 at its end. */
static int receive_one(struct packet_channel *channel)
{
	ssize_t length =
	    recv(channel->socket, channel->received, sizeof(channel->received), MSG_TRUNC);

	if (length < 0)
		return errno == EINTR ? 0 : -errno;
	if (length == 0)
		return 1;
	if ((size_t)length > sizeof(channel->received))
		return -EMSGSIZE;
	channel->callbacks.on_packet(
	    channel->callbacks.context, view_of(channel->received, (size_t)length));
	return 0;
}

static void receive(struct packet_channel *channel)
{
	int outcome = 0;

	for (int i = 0; i < MAX_PACKETS_PER_TURN && outcome == 0 && !channel->closing; i++)
		outcome = receive_one(channel);
	if (!channel->closing && outcome != 0 && outcome != -EAGAIN)
		break_off(channel, outcome == 1 ? 0 : outcome);
}

static int send_one(struct packet_channel *channel, struct view packet)
{
	ssize_t sent;

	do
		sent = send(channel->socket, packet.data, packet.length, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* 0, or what broke the channel. */
static int send_queue(struct packet_channel *channel)
{
	int error = 0;

	while (channel->queue_count > 0 && error == 0) {
		struct packet *first = &channel->queue[channel->queue_first];

		error = send_one(channel, view_of(first->data, first->length));
		if (error == 0)
			drop_first(channel);
	}
	return error == 0 || error == -EAGAIN ? poll_for(channel) : error;
}

/* libuv stops polling on a pending socket error, which hides packets that arrived before it. Taking
 * the error away lets them be read; the end follows them. */
static int clear_error(struct packet_channel *channel, int status)
{
	int pending = 0;
	socklen_t length = sizeof(pending);

	if (getsockopt(channel->socket, SOL_SOCKET, SO_ERROR, &pending, &length) < 0)
		return -errno;
	return pending != 0 ? poll_for(channel) : status;
}

static void on_event(uv_poll_t *handle, int status, int events)
{
	struct packet_channel *channel = handle->data;
	int error = status < 0 ? clear_error(channel, status) : 0;

	if ((events & UV_READABLE) != 0)
		receive(channel);
	if (channel->closing || channel->broken)
		return;
	if (error == 0 && (events & UV_WRITABLE) != 0)
		error = send_queue(channel);
	if (error < 0)
		break_off(channel, error);
}

int packet_channel_send(struct packet_channel *channel, struct view packet)
{
	struct packet *last;

	if (channel->broken)
		return -EPIPE;
	if (packet.length == 0)
		return -EINVAL;
	if (packet.length > PACKET_CHANNEL_MAX_PACKET_BYTES)
		return -EMSGSIZE;
	if (channel->queue_count == PACKET_CHANNEL_MAX_QUEUE)
		return -ENOBUFS;
	last =
	    &channel
		 ->queue[(channel->queue_first + channel->queue_count) % PACKET_CHANNEL_MAX_QUEUE];
	last->data = malloc(packet.length);
	if (last->data == NULL)
		return -ENOMEM;
	memcpy(last->data, packet.data, packet.length);
	last->length = packet.length;
	channel->queue_count++;
	return poll_for(channel);
}
