/* One process, as the system tells it. */
#ifndef AUTHMEDIC_BASE_PROCESS_H
#define AUTHMEDIC_BASE_PROCESS_H

#include "base/view.h"

#define PROCESS_NAME_BYTES 65

struct process {
	int64_t process_id;
	int64_t parent_id;
	bool ended; /* a zombie: it only waits for its parent to notice */
	uint64_t
	    start_ticks; /* since the machine started; with the id it names one process for good */
	char name[PROCESS_NAME_BYTES]; /* the kernel's, cut down by it to 15 bytes */
};

/* -ESRCH where there is none, -EBADMSG where the system says something that we do not understand.
 */
must_check int process_read(int64_t process_id, struct process *ret_process);

#endif
