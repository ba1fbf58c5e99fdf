/* Gives up, for good, what a program of ours has no use for, so that whoever takes it over has
 * little of it. All of it is inherited by whatever the program starts. What the kernel has not got
 * is left out and told. */
#ifndef AUTHMEDIC_CONFINE_CONFINE_H
#define AUTHMEDIC_CONFINE_CONFINE_H

#include "base/buffer.h"
#include "confine/landlock.h"

enum confine_role {
	CONFINE_DAEMON,
	CONFINE_PROBE,  /* starts nothing */
	CONFINE_HELPER, /* its plugins must be able to do their work: no bound on files */
};

struct confine_order {
	enum confine_role role;
	const struct landlock_path *paths; /* missing ones are left out; not of the helper */
	size_t count;
	const uint16_t *listening_ports; /* the only ones. Not of the helper */
	size_t port_count;
	const char *why_not;     /* NULL, or why there shall be none at all: static */
};

struct confinement {
	int landlock_abi;      /* 0: files, ports and signals are not bounded */
	unsigned system_calls; /* that are refused; 0: none */
	unsigned capabilities; /* given up, also for what is started */
	const char *why_not;   /* NULL, or why there is none at all: static */
};

/* While there is but one thread. Goes as far as the kernel does, and tells in the log what came of
 * it; but not of each probe. */
struct confinement confine(const struct confine_order *order);

/* One line for people. */
void confinement_describe(const struct confinement *confinement, struct buffer *text);

#endif
