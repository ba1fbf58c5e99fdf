/* What the page tells of incidents, taken out of the store: of each site the open one, or the last
 * of the day. What has not changed since is not read again. */
#ifndef AUTHMEDIC_DAEMON_STORIES_H
#define AUTHMEDIC_DAEMON_STORIES_H

#include "diagnose/rules.h"
#include "report/model.h"
#include "state/store.h"

#define STORIES_MAX     32 /* of more sites only what the model says by itself */
#define STORIES_AT_ONCE 4 /* are read anew; the others follow the next time */

struct stories;

must_check int stories_new(
    struct stories **ret_stories, struct store *store, const struct rules *rules);
void stories_free(struct stories **stories);

/* For each site in the model its story or NULL, by the site's number; lives until the next call.
 * NULL where there is no memory. */
const struct report_incident *const *stories_of(
    struct stories *stories, const struct report_model *model);

#endif
