/* Who may do what with a file: its owner, group and mode, and what goes beyond them. */
#ifndef AUTHMEDIC_PLUGINS_FILE_RIGHTS_H
#define AUTHMEDIC_PLUGINS_FILE_RIGHTS_H

#include <sys/stat.h>

#include "base/cleanup.h"

#define FILE_RIGHTS_MAX_BYTES 4096 /* of each attribute: an access list of 511 entries */

struct file_attribute {
	char bytes[FILE_RIGHTS_MAX_BYTES];
	size_t length; /* 0: there is none */
};

struct file_rights {
	uid_t uid;
	gid_t gid;
	mode_t mode; /* without the file's type */
	struct file_attribute acl; /* POSIX's; the mode's group bits are its mask then */
	struct file_attribute label; /* SELinux's */
};

/* -E2BIG for an attribute that is larger. */
must_check int file_rights_read(int file, struct file_rights *ret_rights);
/* A file without a label, as where SELinux does not run, is given none. Where it fails the file may
 * have some of the rights, and none beyond them. */
must_check int file_rights_give(int file, const struct file_rights *rights);

#endif
