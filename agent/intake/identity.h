/* Who a file is: what the system says (device, inode, birth) and what its bytes say. */
#ifndef AUTHMEDIC_INTAKE_IDENTITY_H
#define AUTHMEDIC_INTAKE_IDENTITY_H

#include <errno.h>

#include "intake/intake.h"

/* Three errors more, which no system call gives for a regular file. */
#define OTHER_BYTES (-EREMCHG) /* others than those that were read */
#define TOO_SHORT   (-ENODATA) /* it ends before them */
#define MAY_LAG     (-EAGAIN) /* it seems to, but over the network sizes lag behind */

static inline bool has_other_bytes(int error)
{
	return error == OTHER_BYTES || error == TOO_SHORT || error == MAY_LAG;
}

struct identity {
	uint64_t device, inode;
	int64_t birth_ns; /* -1: unknown */
};

/* The same device and inode, and no different births. Inodes are used again at once on ext4, so
 * without births the bytes must agree too. */
bool identity_equal(struct identity a, struct identity b);

/* What the system says of a file at one moment. */
struct look {
	struct identity identity;
	int64_t size_bytes, modified_ns;
	uint32_t mode, owner, links;
};

/* A symbolic link itself, not what it leads to. */
must_check int look_at_path(const char *path, struct look *ret_look);
must_check int look_at_descriptor(int descriptor, struct look *ret_look);

/* NFS, SMB, FUSE …: sizes lag behind the bytes, births and change notices are missing. */
bool is_remote(int descriptor);

/* A hash of at most INTAKE_MARKER_BYTES bytes. */
struct imprint {
	uint32_t count; /* of the bytes */
	uint64_t hash;
};

/* Of the first bytes before any NUL, of the last bytes behind any NUL. */
struct imprint imprint_of_head(struct view bytes);
struct imprint imprint_of_tail(struct view bytes);
/* Whether exactly these bytes made the imprint. */
bool imprint_equals(struct imprint imprint, struct view bytes);

/* Whether the file's bytes from `start` on made the imprint: 0, OTHER_BYTES, TOO_SHORT, or why it
 * cannot be read. */
must_check int imprint_check(int descriptor, int64_t start, struct imprint imprint);

/* pread() that goes on after interruptions and short reads: fewer bytes mean the end of the file.
 */
must_check ssize_t read_at(int descriptor, char *ret_bytes, size_t count, int64_t offset);

#endif
