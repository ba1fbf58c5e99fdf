/* Opens a path only if nobody but root, or the user we run as, could have put another thing there:
 * every component is owned by one of them and not writable by others, none is a symbolic link, and
 * each is looked up in the one checked before it. */
#ifndef AUTHMEDIC_TRUST_TRUSTED_PATH_H
#define AUTHMEDIC_TRUST_TRUSTED_PATH_H

#include <sys/stat.h>

#include "base/buffer.h"

#define TRUSTED_WHY_BYTES 8192

struct trust {
	uid_t uid; /* besides root */
	gid_t gid; /* whose members may write where uid is not root */
	/* Root's folders in which everybody may make files but not replace others' (/tmp): fit
	 * where we have no more rights than whoever started us. */
	bool sticky_folders;
};

/* We as we run now. */
struct trust trust_of_process(bool sticky_folders);

/* Whether nobody but root and that user can write to what has this status. */
bool trusted_status(const struct trust *trust, const struct stat *status);

/* Opens a regular file (S_IFREG) or a folder (S_IFDIR) for reading; the descriptor, or on failure
 * -EPERM where somebody else could change it, -ELOOP at a symbolic link, -EINVAL for what is no
 * plain absolute path or another kind of file, with the reason appended to `why`. */
must_check int trusted_open(
    const char *path, mode_t kind, const struct trust *trust, struct buffer *why);

#endif
