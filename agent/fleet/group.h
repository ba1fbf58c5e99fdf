/* What a group's keys in etcd say: who is a member, who has a slot, who has which incident. Pure.
 *
 *	/authmedic/GROUP/hosts/HOST           which run of authmedicd has that name
 *	/authmedic/GROUP/slots/HOST           it may act, for that site
 *	/authmedic/GROUP/incidents/HOST/SITE  what is wrong there
 *
 * Each under the lease of the host that put it. No byte of a log is in any of them. */
#ifndef AUTHMEDIC_FLEET_GROUP_H
#define AUTHMEDIC_FLEET_GROUP_H

#include "config/config.h"
#include "fleet/etcd.h"

#define GROUP_MAX_HOSTS	   256
#define GROUP_MAX_SLOTS	   256
#define GROUP_MAX_INCIDENTS 1024
#define GROUP_NAME_BYTES   (CONFIG_MAX_NAME_BYTES + 1)
#define GROUP_RUN_BYTES	   33 /* 128 bits in hexadecimal */

struct group_host {
	char host[GROUP_NAME_BYTES];
	char run[GROUP_RUN_BYTES];
	int64_t at_most;
	int64_t lease;
	struct view value; /* as it stands there */
};

struct group_slot {
	char host[GROUP_NAME_BYTES];
	char run[GROUP_RUN_BYTES];
	char site[GROUP_NAME_BYTES];
	char incident[GROUP_NAME_BYTES];
	int64_t at_most; /* by the holder's configuration */
	int64_t take;	 /* only written: makes each taking's value another one */
	int64_t lease;
	int64_t fence; /* the revision at which it was taken: grows with each taking */
	struct view value;
};

struct group_incident {
	char host[GROUP_NAME_BYTES];
	char site[GROUP_NAME_BYTES];
	char incident[GROUP_NAME_BYTES];
	char diagnosis[GROUP_NAME_BYTES];
	int64_t since_ms; /* wall */
	bool not_helped; /* a remedy did not verify there */
	int64_t lease;
	struct view value;
};

struct group {
	int64_t revision; /* as of which all this is so */
	array_of(struct group_host) hosts;
	array_of(struct group_slot) slots;
	array_of(struct group_incident) incidents;
	struct buffer bytes; /* of the values */
};

void group_prefix(const char *group, char ret_key[ETCD_MAX_KEY_BYTES]);
/* `site` NULL for the keys of a host. */
enum group_folder { GROUP_HOSTS, GROUP_SLOTS, GROUP_INCIDENTS };
struct group_key {
	const char *group;
	enum group_folder folder;
	const char *host;
	const char *site;
};
void group_print_key(const struct group_key *key, char ret_key[ETCD_MAX_KEY_BYTES]);

/* -E2BIG where it does not fit. */
must_check int group_print_host(
    const struct group_host *host, char ret_value[ETCD_MAX_VALUE_BYTES]);
must_check int group_print_slot(
    const struct group_slot *slot, char ret_value[ETCD_MAX_VALUE_BYTES]);
must_check int group_print_incident(
    const struct group_incident *incident, char ret_value[ETCD_MAX_VALUE_BYTES]);

/* Takes the answer's bytes. -EBADMSG where anything below the prefix is not as above, since who
 * cannot read it cannot tell that it may act; -ENOMEM. */
must_check int group_read(
    struct group *ret_group, const char *group_name, struct etcd_answer *answer);
void group_done(struct group *group);

/* NULL where there is none. */
const struct group_host *group_host_named(const struct group *group, const char *host);
const struct group_slot *group_slot_of(const struct group *group, const char *host);
const struct group_incident *group_incident_of(
    const struct group *group, const char *host, const char *site);

/* Whether one slot more is left, going by the least `at_most` of those who hold one and ours. Not
 * counted is a slot of that host. */
bool group_has_room(const struct group *group, const char *host, int64_t at_most);
/* How many other hosts have an incident of one of these diagnoses. */
size_t group_count_hosts(
    const struct group *group, const char *host, const struct config_words *diagnoses);
/* Whether a remedy for that diagnosis did not help on another host. */
bool group_was_no_help(const struct group *group, const char *host, const char *diagnosis);

#endif
