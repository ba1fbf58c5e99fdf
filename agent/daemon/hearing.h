/* What the daemon knows of a site's logs, as the deafness detector takes it; and what follows where
 * one is deaf. */
#ifndef AUTHMEDIC_DAEMON_HEARING_H
#define AUTHMEDIC_DAEMON_HEARING_H

#include "daemon/site.h"

struct journal;

/* Once a second, after the logs were read to their ends. */
void hearing_look(struct site *site, struct journal *journal);
void hearing_on_probe(struct site *site, enum probe_result result);

/* Counts, after each reconcile, what the watcher did not tell. */
void hearing_on_reconciled(struct site_log *log);
/* Whether the watcher, which told changes before, does not any more. */
bool hearing_is_unhinted(const struct site_log *log);
/* And whether it is time to make another one. */
bool hearing_is_unhinted_again(const struct site_log *log);

/* Why the log is deaf for this reason, for a person. */
const char *hearing_why(const struct site_log *log, enum deaf_reason reason);
/* Since when, as wall time; -1 where it is not. */
int64_t hearing_since_ms(const struct site_log *log, enum deaf_reason reason);

/* For the state: a JSON object, owned by the caller. */
struct json *hearing_save(const struct site *site);
void hearing_restore(struct site *site, const struct json *saved);
typedef int hearing_on_told(void *context, const char *log, enum deaf_reason reason);
/* Each condition in there that people were told of and know no end of; a result of the callback's
 * other than 0 ends the walk and is handed back. */
int hearing_each_told(const struct json *saved, hearing_on_told *on_told, void *context);

#endif
