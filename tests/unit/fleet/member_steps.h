/* The member as a table: at each step what comes in, what it asks next, and what follows. */
#ifndef AUTHMEDIC_TESTS_FLEET_MEMBER_STEPS_H
#define AUTHMEDIC_TESTS_FLEET_MEMBER_STEPS_H

#include "unit.h"

#include "fleet/member.h"

#define PREVIOUS_RUN "00000000000000000000000000000001"

/* What stands in etcd. Ours is host a. */
enum {
	NAME = 1,	   /* ours, under our lease */
	NAME_PREVIOUS = 2, /* of the run before */
	NAME_OTHER = 4,	   /* of another authmedicd */
	SLOT = 8,	   /* ours, under our lease */
	SLOT_PREVIOUS = 16,
	SLOT_LOST = 32,	   /* of this run, under a lease that we lost */
	SLOT_OF_B = 64,
	KDC_ON_B = 128,
	KDC_ON_C = 256,
	NO_HELP_ON_B = 512,
	TOLD = 1024, /* our incident */
	TOLD_NO_HELP = 2048, /* the same, and that the remedy did not help */
	RUBBISH = 4096
};

enum input {
	TIME,	  /* nothing but time */
	GRANTED,  /* lease 5 */
	KEPT,
	NO_LEASE, /* kept: there is no such lease */
	GROUP,	  /* a transaction's answer */
	REFUSED,  /* the same, and its compares did not hold */
	FAILED,	  /* no answer */
	GONE,	  /* -ENOENT */
	DENIED,	  /* etcd refuses to write it */
	WISH,	  /* a slot for an action of the incident */
	APPROVED, /* the same, and a person said yes */
	NO_WISH,
	TROUBLE,  /* our incident: stale-handle */
	NO_HELP,  /* the same, and the remedy did not help: no slot is wanted any more */
	KDC,	  /* our incident: kdc-unreachable */
	WELL,	  /* no incident */
	STRANGE,  /* a transaction's answer from another cluster */
	RESTORED  /* the same, from the cluster as it was long ago */
};

/* Of a member that is away though etcd answers: in place of its state. */
#define IGNORED MEMBER_STATES

struct step {
	int64_t at_ms; /* since the start */
	enum input input;
	unsigned group; /* of GROUP, REFUSED, STRANGE, RESTORED */
	const char *asks; /* then: the verb, or the first change; "": nothing */
	enum member_state state;
	bool may_begin;
};

/* Plays them with a member of its own: a lease of 60 s, a look each 5, an action of 35. */
void member_steps_play(const struct step *steps, size_t count, const char *previous_run);

#define PLAY(steps, previous_run) member_steps_play(steps, count_of(steps), previous_run)
#define JOIN                                                                                       \
	{0, TIME, 0, "grant", MEMBER_JOINING, false},                                              \
	    {0, GRANTED, 0, "look", MEMBER_JOINING, false},                                        \
	    {0, GROUP, 0, "put hosts/a", MEMBER_JOINING, false},                                   \
	{                                                                                          \
		0, GROUP, NAME, "", MEMBER_JOINED, false                                           \
	}

#endif
