/* Ends a process and starts another in its place, in a session of its own: what was begun is done,
 * whatever becomes of the plugin, which the helper ends with its whole group after a time. */
#ifndef AUTHMEDIC_PLUGINS_STARTER_H
#define AUTHMEDIC_PLUGINS_STARTER_H

#include "common/processes.h"
#include "common/remedy_command.h"

#define STARTER_MOST_MINUTES 15 /* for the old process to end; then nothing is started */

struct starter {
	pid_t process_id;
	int rungs; /* the folder of all rungs' folders, locked until the old process is gone */
	int said; /* a file in the rung's folder, where its words stay */
};

/* Ends that very process, by SIGTERM, and starts the other once it is gone. starter_done() in any
 * case. PLUGIN_TRY_LATER where one that was begun before, for whatever site, still waits for its
 * process, and PLUGIN_BAD_CONFIG without a state folder: nothing was done then. */
must_check int starter_begin(struct starter *starter, const struct process *old,
    const struct remedy_command *command);
/* Waits until it is done, or the time (remedy_now_ms) is over, and prints what it said. PLUGIN_DONE
 * where the command was run and is content, PLUGIN_TRY_LATER where the process had ended by
 * itself. */
must_check int starter_wait(
    const struct starter *starter, const struct process *old, int64_t until_ms);
/* Leaves it to itself. */
void starter_done(struct starter *starter);

#endif
