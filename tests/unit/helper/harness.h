/* The real helper as the daemon's child, in a folder of its own with plugins made for the test. */
#ifndef AUTHMEDIC_TESTS_HARNESS_H
#define AUTHMEDIC_TESTS_HARNESS_H

#include "unit.h"

#include <sys/types.h>

#include "config/config.h"
#include "remedy/protocol.h"

#define HARNESS_PATH_BYTES 512

struct harness {
	char folder[HARNESS_PATH_BYTES / 2];
	struct config *config; /* as the helper read it when it was started */
	pid_t helper;	       /* 0: none */
	int socket;
};

/* cmocka's setup and teardown; the harness is *state. */
int harness_setup(void **state);
int harness_teardown(void **state);

/* The path of a file in the folder. */
void harness_path(
    const struct harness *harness, const char *name, char ret_path[HARNESS_PATH_BYTES]);
void harness_write(const struct harness *harness, const char *name, const char *content);
/* The file's content; the caller frees it. NULL where there is none. */
char *harness_read(const struct harness *harness, const char *name);
bool harness_has(const struct harness *harness, const char *name);
/* A plugin as a shell script. It finds the folder in $FOLDER. */
void harness_plugin(const struct harness *harness, const char *name, const char *script);
void harness_make_fifo(const struct harness *harness, const char *name);
/* Opens the fifo for writing, which waits for its reader, and writes a line. */
void harness_let_go(const struct harness *harness, const char *name);

/* Writes the configuration with these options in front of the sites "web" (mode act, rungs "mark"
 * and "other") and "second" (mode act, rung "mark") and "quiet" (mode observe). */
void harness_configure(struct harness *harness, const char *options);
void harness_start(struct harness *harness);
/* Kills it as power does. */
void harness_kill(struct harness *harness);
/* Closes the socket and returns the exit status once it has ended. */
int harness_close(struct harness *harness);

struct protocol_request harness_request(const struct harness *harness, uint32_t verb);
void harness_send(const struct harness *harness, const void *packet, size_t bytes);
/* Waits for the next reply, which must be well-formed. False where the helper has hung up. */
bool harness_receive(const struct harness *harness, struct protocol_reply *ret_reply);
struct protocol_reply harness_ask(
    const struct harness *harness, const struct protocol_request *request);
/* Asks to apply rung 0 of a site for an incident. */
struct protocol_reply harness_apply(
    const struct harness *harness, const char *site, const char *incident);

#endif
