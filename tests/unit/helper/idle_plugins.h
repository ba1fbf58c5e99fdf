/* Plugins that do nothing and clients that only remember, in the place of plugin/run.c, launch.c
 * and clients.c: for tests of the helper without a process. One helper at a time. */
#ifndef AUTHMEDIC_TESTS_IDLE_PLUGINS_H
#define AUTHMEDIC_TESTS_IDLE_PLUGINS_H

#include "helper/helper.h"

#define IDLE_FIRST_PROCESS 100000000 /* no kernel gives such a number to a process */

/* An action whose plugin was let go. */
typedef void idle_on_action(void *context, const struct job *job, const char *verb);

struct idle_plugins {
	bool dead;        /* the helper: what it does now happens no more */
	bool has_ended;   /* the plugins that run, with this result */
	enum protocol_result result;
	idle_on_action *on_action;
	void *context;
	pid_t last_process;
	/* told */
	unsigned replies;
	struct protocol_reply reply; /* the last one */
	uint64_t reply_client;
};

extern struct idle_plugins idle_plugins;

#endif
