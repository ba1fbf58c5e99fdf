/* etcd's v3 JSON gateway: what is asked and what is answered, as text. Pure. What is answered is
 * hostile: it is understood wholly, or refused. */
#ifndef AUTHMEDIC_FLEET_ETCD_H
#define AUTHMEDIC_FLEET_ETCD_H

#include "base/array.h"
#include "base/buffer.h"

#define ETCD_MAX_ANSWER_BYTES  ((size_t)1024 * 1024)
#define ETCD_MAX_REQUEST_BYTES ((size_t)256 * 1024)
#define ETCD_MAX_PAIRS	       1024
#define ETCD_MAX_KEY_BYTES     256 /* with the NUL, as the next */
#define ETCD_MAX_VALUE_BYTES   512
#define ETCD_MAX_TOKEN_BYTES   4096
#define ETCD_MAX_COMPARES      3
#define ETCD_MAX_CHANGES       16
#define ETCD_MAX_NUMBER	       (INT64_C(1) << 53) /* of a revision: as exact in JSON as here */

enum etcd_verb { ETCD_AUTHENTICATE, ETCD_GRANT, ETCD_KEEP, ETCD_TRANSACT, ETCD_VERBS };

enum etcd_compared { ETCD_CREATED, ETCD_MODIFIED, ETCD_VALUE };

struct etcd_compare {
	enum etcd_compared compared;
	char key[ETCD_MAX_KEY_BYTES];
	bool is_prefix;	 /* all keys that begin so; where there are none it holds */
	bool is_less;	 /* less than the number, else equal */
	int64_t number;	 /* CREATED and MODIFIED: a revision; 0: there is no such key */
	char value[ETCD_MAX_VALUE_BYTES];
};

struct etcd_change {
	char key[ETCD_MAX_KEY_BYTES];
	char value[ETCD_MAX_VALUE_BYTES]; /* "": the key is deleted */
	int64_t lease;			  /* under which it is put */
};

struct etcd_request {
	enum etcd_verb verb;
	int64_t lease;		    /* KEEP */
	int64_t ttl_s;		    /* GRANT */
	const char *user, *password; /* AUTHENTICATE; borrowed */
	/* TRANSACT: where all compares hold the changes are made, at once or not at all; and then,
	 * in any case, all keys are read that begin so. */
	char prefix[ETCD_MAX_KEY_BYTES];
	struct etcd_compare compares[ETCD_MAX_COMPARES];
	size_t compare_count;
	struct etcd_change changes[ETCD_MAX_CHANGES];
	size_t change_count;
};

/* The path, such as "/v3/kv/txn", and the body. */
const char *etcd_path(enum etcd_verb verb);
must_check int etcd_request_print(const struct etcd_request *request, struct buffer *body);

/* Views into the answer. */
struct etcd_pair {
	struct view key, value;
	int64_t create_revision, mod_revision;
	int64_t lease; /* 0: none */
};

struct etcd_answer {
	uint64_t cluster_id;
	int64_t revision;
	int64_t lease;	/* GRANT, KEEP */
	int64_t ttl_s;	/* GRANT, KEEP: 0: there is no such lease */
	char *token;	/* AUTHENTICATE */
	bool succeeded; /* TRANSACT: the compares held */
	array_of(struct etcd_pair) pairs; /* TRANSACT */
	struct buffer bytes;		   /* of the pairs */
};

/* -EBADMSG: no answer to that question, or more than the maxima above; -EACCES: who we are is not
 * believed, or not any more; -ENOENT: there is no such lease; -ENOSPC: there is no room for it;
 * -EAGAIN: refused for another reason; -ENOMEM. Nothing is left to be freed then. */
must_check int etcd_answer_parse(
    struct etcd_answer *ret_answer, enum etcd_verb verb, struct view body);
void etcd_answer_done(struct etcd_answer *answer);

#endif
