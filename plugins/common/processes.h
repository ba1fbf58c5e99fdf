/* The processes that run, and what the system tells of one. */
#ifndef AUTHMEDIC_PLUGINS_PROCESSES_H
#define AUTHMEDIC_PLUGINS_PROCESSES_H

#include <sys/types.h>

#include "base/buffer.h"
#include "base/process.h"

struct processes {
	struct process *items;
	size_t count;
	size_t capacity;
};

/* Those that have not ended; processes_done() in any case. */
must_check int processes_read(struct processes *processes);
void processes_done(struct processes *processes);
/* NULL where there is none. */
const struct process *processes_find(const struct processes *processes, int64_t process_id);
bool processes_descends(
    const struct processes *processes, const struct process *process, int64_t ancestor);

/* Whether the kernel calls it so, or the program's name in its argv[0] is that, without the folder,
 * and without the brackets that Squid puts around the names of its helpers. */
bool process_has_name(const struct process *process, const char *name);
/* Appends /proc/ID/NAME. */
must_check int process_append(int64_t process_id, const char *name, struct buffer *content);
/* Appends what follows `prefix` in the first of the NUL-terminated texts of /proc/ID/NAME (cmdline,
 * environ) that starts with it. -ENOENT where none does. */
must_check int process_append_text(
    int64_t process_id, const char *name, const char *prefix, struct buffer *text);
/* Where the link /proc/ID/NAME leads to: ns/mnt, fd/3 … -errno where that is not told. */
must_check int process_link(
    int64_t process_id, const char *name, char *ret_target, size_t target_bytes);

#define PROCESS_MAX_STATUS_BYTES ((size_t)64 * 1024) /* of /proc/ID/status */
/* The number at that place, from 0, of what follows the name in a line of /proc/ID/status. -EBADMSG
 * where there is none. */
must_check int process_status_number(struct view line, size_t number, uint32_t *ret_value);
/* The user who started it, whatever rights it took on since; -EBADMSG where that is not told. */
must_check int process_real_user(int64_t process_id, uid_t *ret_uid);

/* Whether that very process has not ended, whatever has its number now. */
bool process_runs_on(const struct process *process);
/* A descriptor of that very process; -ESRCH where it is gone. */
must_check int process_open(const struct process *process);

/* When the process started, in milliseconds since 1970 by the wall clock of now. */
int64_t process_start_ms(const struct process *process);

/* Whether it runs a program of its own, or goes on with a copy of its parent's memory. */
enum process_origin { ORIGIN_UNKNOWN, ORIGIN_EXEC, ORIGIN_FORK };
enum process_origin process_origin(const struct process *process);

#endif
