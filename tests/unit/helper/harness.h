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

/* Where the test's folders are made; NULL: in the build's, or in /tmp. */
extern const char *harness_base;
/* A helper that is nobody's child trusts nothing below /tmp. As root we make a place of our own,
 * which ends with us; without one there is nothing to test. For cmocka's group setup. */
extern bool harness_has_place;
int harness_make_place(void **state);

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
/* The line that somebody writes into the fifo, once he does; the caller frees it. */
char *harness_read_fifo(const struct harness *harness, const char *name);
/* Opens the fifo for writing, which waits for its reader, and writes a line. */
void harness_let_go(const struct harness *harness, const char *name);

/* Writes the configuration with these options in front of the sites "web" (mode act, rungs "mark"
 * and "other"), "second" (rung "mark"), "twin" (the same, with the worker of "web"), "fallback"
 * (rungs "mark", reverted after an hour, and "other", which needs approval) and "quiet" (mode
 * observe). */
void harness_configure(struct harness *harness, const char *options);
/* Reads it; starting the helper does that too. */
void harness_load_config(struct harness *harness);
void harness_start(struct harness *harness);
/* The same with a listening socket, "socket" in the folder, and these further options or NULL.
 * Returns once it listens. */
void harness_listen(struct harness *harness, const char *const options[2]);
/* Only starts it so. */
void harness_run_to_listen(struct harness *harness, const char *const options[2]);
/* The same socket as systemd makes it, and a helper that is started because we wait there. */
int harness_bind(const struct harness *harness);
void harness_run_as_systemd(struct harness *harness, int listening);
/* Connects as that user. */
void harness_connect(struct harness *harness, uid_t uid);
/* Runs it with --revert-due; its exit status. */
int harness_revert_due(struct harness *harness);
/* Kills it as power does. */
void harness_kill(struct harness *harness);
/* Closes the socket and returns the exit status once it has ended. */
int harness_close(struct harness *harness);
/* Ends our side of the line, and waits until the helper has ended; its answers are still there. */
void harness_ask_no_more(const struct harness *harness);

struct protocol_request harness_request(const struct harness *harness, uint32_t verb);
void harness_send(const struct harness *harness, const void *packet, size_t bytes);
/* Waits for the next reply, which must be well-formed. False where the helper has hung up. */
bool harness_receive(const struct harness *harness, struct protocol_reply *ret_reply);
struct protocol_reply harness_ask(
    const struct harness *harness, const struct protocol_request *request);
/* Asks to apply rung 0 of a site for an incident. */
struct protocol_reply harness_apply(
    const struct harness *harness, const char *site, const char *incident);

/* Says that of a rung of the site, and of "incident-1". */
struct protocol_reply harness_say(
    const struct harness *harness, uint32_t verb, const char *site, uint32_t rung);
struct protocol_reply harness_ask_action(const struct harness *harness, const char *incident);
struct protocol_reply harness_ask_status(const struct harness *harness);
/* Until a started helper has made its ledger. */
void harness_await_ledger(const struct harness *harness);
void assert_refused(const struct protocol_reply *reply, enum protocol_refusal refusal);

/* The script of a plugin that leaves a line in the file `marks` for each run. */
extern const char harness_mark[];
size_t harness_count_lines(const struct harness *harness, const char *name);
bool harness_ledger_has(const struct harness *harness, const char *text);

/* Starts an action that reads a line from the fifo `go` before it leaves its mark. */
void harness_begin_action(const struct harness *harness);
/* Waits until that action's plugin runs, and tells its process. */
pid_t harness_wait_for_plugin(const struct harness *harness);

#endif
