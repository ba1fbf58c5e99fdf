/* This host in its group: what to ask etcd next, and what follows from what it answered. Pure: time
 * is an argument, and steady (it goes on while the machine sleeps).
 *
 * One question at a time is under way. No answer, however late or often it comes, is taken for one
 * to another question; and each change names what must still be so for it to be made. So a question
 * that was given up and comes through after all does no harm: what it did is seen and mended. */
#ifndef AUTHMEDIC_FLEET_MEMBER_H
#define AUTHMEDIC_FLEET_MEMBER_H

#include "fleet/group.h"

#define MEMBER_MAX_INCIDENTS CONFIG_MAX_SITES

enum member_state {
	MEMBER_JOINING,	   /* not yet, or just lost: soon it is known which */
	MEMBER_JOINED,
	MEMBER_AWAY,	   /* no answer of use for as long as a lease, or ignored */
	MEMBER_NAME_TAKEN, /* another authmedicd has this host's name */
	MEMBER_STATES
};

struct member_options {
	const char *group; /* the texts are borrowed */
	const char *host;
	const char *run;   /* unique to this run of authmedicd */
	const char *previous_run; /* whose name and slot we take over; "" where none is known */
	int64_t at_most;
	int64_t lease_ms;
	int64_t look_every_ms;
	int64_t action_ms; /* the longest that an action takes, once it was begun */
	int64_t shared_hosts; /* so many hosts, we among them, with one of … */
	const struct config_words *shared_diagnoses; /* … these: nobody acts */
};

/* An incident of ours, for the others to know. */
struct member_incident {
	char site[GROUP_NAME_BYTES];
	char incident[GROUP_NAME_BYTES];
	char diagnosis[GROUP_NAME_BYTES];
	int64_t since_ms; /* wall */
	bool not_helped;
};

/* For which site a slot is wanted; it is kept until it is wanted no more. */
struct member_wish {
	char site[GROUP_NAME_BYTES]; /* "": for none */
	char incident[GROUP_NAME_BYTES];
	char diagnosis[GROUP_NAME_BYTES];
	bool approved; /* by a person: also where the failure is shared */
};

struct member_totals {
	uint64_t errors;      /* questions without an answer of use */
	uint64_t lost_leases; /* that went before we gave them back */
	uint64_t refused_takes; /* a slot was not had: none was left, or something had changed */
};

struct member;

must_check int member_new(
    struct member **ret_member, const struct member_options *options, int64_t now_ms);
void member_free(struct member **member);

void member_tell_incidents(
    struct member *member, const struct member_incident *incidents, size_t count);
void member_wish(struct member *member, const struct member_wish *wish);

/* The next question, where there is one to ask now; lives until the next call. It must be answered,
 * if only by an error, before another is given. */
const struct etcd_request *member_ask(struct member *member, int64_t now_ms);
/* Takes what it needs out of the answer, NULL where there was none of use. `error` as of
 * etcd_answer_parse(), or why there was none. Gives it back, or -EBADMSG where the answer is etcd's
 * but cannot be believed, or the group's keys cannot be read. */
int member_answer(
    struct member *member, int64_t now_ms, int error, struct etcd_answer *answer);

enum member_state member_state(const struct member *member, int64_t now_ms);
const char *member_state_name(enum member_state state);
/* Away, though etcd answers: it has taken nothing that we write for as long as a lease, or we have
 * not come to be joined in two. */
bool member_is_ignored(const struct member *member, int64_t now_ms);
/* A write has failed, and none was taken since. */
bool member_owes_write(const struct member *member);
/* Until when an action of that site may begin, so that it is over while the slot is still ours,
 * whatever becomes of etcd meanwhile; -1 where it may not begin at all. */
int64_t member_begin_by_ms(const struct member *member, int64_t now_ms, const char *site);
/* Of the slot that is held; -1: none. */
int64_t member_fence(const struct member *member);
/* On how many hosts the failure counts as shared; 0: it does not. */
size_t member_shared_hosts(const struct member *member);
/* Whether a remedy for that diagnosis did not help on another host. */
bool member_was_no_help(const struct member *member, const char *diagnosis);
/* As last seen; NULL where nothing is known now. */
const struct group *member_group(const struct member *member);
const struct member_totals *member_totals(const struct member *member);
/* When the last answer of use came; -1: never. */
int64_t member_answered_ms(const struct member *member);

#endif
