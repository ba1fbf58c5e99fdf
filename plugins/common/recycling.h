/* What the recycling remedies have in common: test, do, wait, tell. */
#ifndef AUTHMEDIC_PLUGINS_RECYCLING_H
#define AUTHMEDIC_PLUGINS_RECYCLING_H

#include "common/remedy_command.h"
#include "common/renewal.h"

struct recycling {
	struct remedy_command test; /* no words: nothing is tested */
	struct remedy_command command;
	enum renewal_kind kind;
	int64_t wait_ms;
	/* What goes on serving its requests is no fault: new ones are served by others. */
	bool may_linger;
	/* New ones may come only once there is something for them to do. */
	bool starts_on_demand;
	const char *what; /* "worker": who is to be new */
};

/* with.wait, or that default; PLUGIN_BAD_CONFIG. */
must_check int recycling_read_wait(struct recycling *recycling, int64_t otherwise_ms);
/* Says what would be done. */
must_check int recycling_check(const struct recycling *recycling);
/* Does it; how the remedy ends. Where the test fails nothing is done. */
must_check int recycling_apply(const struct recycling *recycling);
/* The second half of that: waits for what begun, until then (remedy_now_ms), and tells. */
must_check int recycling_finish(
    const struct recycling *recycling, const struct renewal *renewal, int64_t until_ms);
/* Notes what there is; PLUGIN_TRY_LATER where nothing is. */
must_check int recycling_begin(const struct recycling *recycling, struct renewal *renewal);

/* There is nothing to take back. */
int recycling_revert(void);

#endif
