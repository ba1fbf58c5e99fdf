/* All that people wrote and the programs read: the configuration and the rules.
 * Read and judged as a whole, so that it can be refused as a whole. */
#ifndef AUTHMEDIC_DAEMON_RULEBOOK_H
#define AUTHMEDIC_DAEMON_RULEBOOK_H

#include "config/config.h"
#include "daemon/named_files.h"
#include "diagnose/rules.h"
#include "parse/signatures.h"
#include "parse/statuses.h"
#include "report/http_certificate.h"
#include "report/http_users.h"

struct rulebook {
	struct config *config;
	struct signatures *signatures;
	struct statuses *statuses;
	struct rules *rules;
	struct http_certificate *certificate; /* NULL: none, or not read */
	struct http_users *users;	      /* so, too */
};

/* Appends every fault as `file:line:col: message`. Nothing is left behind on failure. */
must_check int rulebook_load(
    struct rulebook *ret_rulebook, const char *config_file, struct buffer *errors);
/* Reads the endpoint's certificate and users, too, where there are any, and judges all other files
 * that the configuration names. Appends every fault as `place: message`; `unread` may be NULL. */
must_check int rulebook_load_files(
    struct rulebook *rulebook, const struct unread_files *unread, struct buffer *errors);
/* For what needs no sites: the rules of the configuration where there is one, else the installed
 * ones; `config` stays NULL then, and a missing folder of signatures is no error. */
must_check int rulebook_load_rules(
    struct rulebook *ret_rulebook, const char *config_file, struct buffer *errors);
void rulebook_done(struct rulebook *rulebook);

#endif
