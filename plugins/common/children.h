/* The processes that serve for a parent, by generation: a graceful reload leaves old ones behind
 * until their requests are done. */
#ifndef AUTHMEDIC_PLUGINS_CHILDREN_H
#define AUTHMEDIC_PLUGINS_CHILDREN_H

#include "common/processes.h"

struct children {
	size_t count; /* of the parent's name */
	struct process oldest, newest; /* where there are any */
	bool knows_generations;
	size_t old_count;	     /* of an earlier generation */
	struct process oldest_today; /* of today's, where those are known */
};

void children_find(
    struct children *ret_children, const struct processes *processes, const struct process *parent);

#endif
