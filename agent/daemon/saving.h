/* Whether the state can be saved, and whether people were told that it cannot: nothing is done to
 * any server then, so silence would look like health. */
#ifndef AUTHMEDIC_DAEMON_SAVING_H
#define AUTHMEDIC_DAEMON_SAVING_H

#include "loop/host.h"
#include "remedy/controller.h"
#include "report/notification.h"

#define SAVING_TOLD_AFTER_MS INT64_C(30000) /* what lasts no longer is only logged */
#define SAVING_TEXT_BYTES    256

struct saving {
	int error; /* of the last commit; 0: fine */
	struct moment began; /* of the failing; where people were told of it stands until they know
			      * that it is over */
	int told; /* the error that people were told of; 0: of none */
	char host[HOST_NAME_BYTES];
	char text[SAVING_TEXT_BYTES];
};

/* How a commit ended: 0 or negative errno. True where people are to be told of it now: `ret_news`
 * says what, and lives as long as nothing is noted. */
must_check bool saving_note(struct saving *saving, int error, struct moment now,
    struct notification_of_state *ret_news);
/* Whether people were told that it fails, and it still does. */
bool saving_fails(const struct saving *saving, struct notification_of_state *ret_news);

#endif
