/* Packets to and from another process on this machine, over a SOCK_SEQPACKET socket: each arrives
 * whole, in order, or the channel breaks. */
#ifndef AUTHMEDIC_LOOP_PACKET_CHANNEL_H
#define AUTHMEDIC_LOOP_PACKET_CHANNEL_H

#include "loop/loop.h"

#define PACKET_CHANNEL_MAX_QUEUE	64
#define PACKET_CHANNEL_MAX_PACKET_BYTES (64 * 1024)

struct packet_channel;

struct packet_channel_callbacks {
	/* The view lives until the callback returns. */
	void (*on_packet)(void *context, struct view packet);
	/* Once: the channel broke and will neither send nor receive any more. `reason` is 0 where
	 * the peer closed it, else a negative errno: -EMSGSIZE where a packet was longer than the
	 * maximum. The owner still calls packet_channel_close(). */
	void (*on_broken)(void *context, int reason);
	void *context;
};

/* Takes the connected socket over, where it succeeds. */
must_check int packet_channel_new(struct packet_channel **ret_channel, uv_loop_t *loop, int socket,
    const struct packet_channel_callbacks *callbacks);
/* Connects to a listening unix socket; -ENOENT, -ECONNREFUSED, -EAGAIN where it is overrun. Never
 * blocks. */
must_check int packet_channel_connect(struct packet_channel **ret_channel, uv_loop_t *loop,
    const char *path, const struct packet_channel_callbacks *callbacks);
/* Drops what was not sent yet. */
void packet_channel_close(struct packet_channel **channel);

/* Sends a copy, at once or when the peer has room. -ENOBUFS where the queue is full, -EPIPE where
 * the channel is broken, -EINVAL on an empty packet (the peer would read it as the end), -EMSGSIZE
 * on one over the maximum. A break while sending is told by on_broken, later. */
must_check int packet_channel_send(struct packet_channel *channel, struct view packet);

#endif
