#include "loop_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "loop/packet_channel.h"

struct peer {
	struct packet_channel *channel;
	int other; /* the far end, used directly */
	int packets;
	int close_at;
	size_t last_bytes;
	char last_first_byte;
	int broken;
	int reason;
};

static void on_packet(void *context, struct view packet)
{
	struct peer *peer = context;

	peer->last_bytes = packet.length;
	peer->last_first_byte = packet.data[0];
	if (++peer->packets == peer->close_at)
		packet_channel_close(&peer->channel);
}

static void on_broken(void *context, int reason)
{
	struct peer *peer = context;

	peer->broken++;
	peer->reason = reason;
	packet_channel_close(&peer->channel);
}

static void connect_peer(struct peer *peer)
{
	struct packet_channel_callbacks callbacks = {on_packet, on_broken, peer};
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(packet_channel_new(&peer->channel, &loop, sockets[0], &callbacks), 0);
	peer->other = sockets[1];
}

/* Packets arrive whole and in order; then the end of the peer is told once, with reason 0. */
static void receives_packets_and_the_end(unused_parameter void **state)
{
	struct peer peer = {0};

	connect_peer(&peer);
	for (int i = 0; i < 40; i++)
		assert_int_equal(
		    send(peer.other, "abcdefghij", (size_t)(i % 10 + 1), 0), i % 10 + 1);
	close(peer.other);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(peer.packets, 40);
	assert_int_equal(peer.last_bytes, 10);
	assert_int_equal(peer.broken, 1);
	assert_int_equal(peer.reason, 0);
}

/* A peer that answers and leaves without reading what we sent is still heard to its last word. */
static void hears_the_last_word(unused_parameter void **state)
{
	struct peer peer = {0};

	connect_peer(&peer);
	assert_int_equal(packet_channel_send(peer.channel, VIEW("unread")), 0);
	while (recv(peer.other, (char[8]){0}, 8, MSG_PEEK | MSG_DONTWAIT) < 0)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(send(peer.other, "last", 4, 0), 4);
	close(peer.other);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(peer.packets, 1);
	assert_int_equal(peer.broken, 1);
}

/* A packet over the maximum breaks the channel; it is never handed on cut. */
static void refuses_an_overlong_packet(unused_parameter void **state)
{
	static const char much[PACKET_CHANNEL_MAX_PACKET_BYTES + 1];
	struct peer peer = {0};

	connect_peer(&peer);
	assert_int_equal(packet_channel_send(peer.channel, view_of(much, sizeof(much))), -EMSGSIZE);
	assert_int_equal(packet_channel_send(peer.channel, VIEW("")), -EINVAL);
	assert_int_equal(send(peer.other, much, sizeof(much), 0), sizeof(much));
	uv_run(&loop, UV_RUN_DEFAULT);
	close(peer.other);
	assert_int_equal(peer.packets, 0);
	assert_int_equal(peer.reason, -EMSGSIZE);
}

/* A peer that does not read fills the queue, which says so; what was queued goes out when it reads.
 */
static void bounds_the_queue(unused_parameter void **state)
{
	static const char block[PACKET_CHANNEL_MAX_PACKET_BYTES];
	static char received[sizeof(block)];
	struct peer peer = {0};
	int queued = 0;
	int arrived = 0;
	int turns_without = 0;

	connect_peer(&peer);
	while (turns_without < 3) {
		int error = packet_channel_send(peer.channel, view_of(block, sizeof(block)));

		turns_without = error == 0 ? 0 : turns_without + 1;
		queued += error == 0 ? 1 : 0;
		if (error < 0)
			assert_int_equal(error, -ENOBUFS);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	assert_true(queued >= PACKET_CHANNEL_MAX_QUEUE);
	while (arrived < queued) {
		if (recv(peer.other, received, sizeof(received), MSG_DONTWAIT) == sizeof(block))
			arrived++;
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(recv(peer.other, received, sizeof(received), MSG_DONTWAIT), -1);
	packet_channel_close(&peer.channel);
	close(peer.other);
}

/* The owner may close the channel while it is handed a packet: no further callback comes. */
static void closes_within_a_callback(unused_parameter void **state)
{
	struct peer peer = {.close_at = 2};

	connect_peer(&peer);
	for (int i = 0; i < 5; i++)
		assert_int_equal(send(peer.other, "x", 1, 0), 1);
	uv_run(&loop, UV_RUN_DEFAULT);
	close(peer.other);
	assert_int_equal(peer.packets, 2);
	assert_int_equal(peer.broken, 0);
}

/* Connecting finds a listening socket by its path, and says where there is none. */
static void connects_by_path(unused_parameter void **state)
{
	struct peer peer = {.close_at = 1};
	struct packet_channel_callbacks callbacks = {on_packet, on_broken, &peer};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	/* Relative: the build directory's full path may be too long for a socket. */
	snprintf(
	    address.sun_path, sizeof(address.sun_path), "packet_channel-%ld.sock", (long)getpid());
	assert_int_equal(
	    packet_channel_connect(&peer.channel, &loop, address.sun_path, &callbacks), -ENOENT);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(packet_channel_connect(&peer.channel, &loop, address.sun_path, &callbacks),
	    -ECONNREFUSED);
	assert_int_equal(listen(listening, 1), 0);
	assert_int_equal(
	    packet_channel_connect(&peer.channel, &loop, address.sun_path, &callbacks), 0);
	peer.other = accept(listening, NULL, NULL);
	assert_int_equal(send(peer.other, "hello", 5, 0), 5);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(peer.last_bytes, 5);
	close(peer.other);
	close(listening);
	unlink(address.sun_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    loop_test(receives_packets_and_the_end),
	    loop_test(hears_the_last_word),
	    loop_test(refuses_an_overlong_packet),
	    loop_test(bounds_the_queue),
	    loop_test(closes_within_a_callback),
	    loop_test(connects_by_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
