#include "common/file_rights.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACL_NAME   "system.posix_acl_access"
#define LABEL_NAME "security.selinux"

/* The file has none, or its file system has none at all. */
static bool means_none(int error)
{
	return error == ENODATA || error == EOPNOTSUPP;
}

static int read_attribute(int file, const char *name, struct file_attribute *ret_attribute)
{
	ssize_t length = fgetxattr(file, name, ret_attribute->bytes, sizeof(ret_attribute->bytes));

	ret_attribute->length = length > 0 ? (size_t)length : 0;
	if (length >= 0 || means_none(errno))
		return 0;
	return errno == ERANGE ? -E2BIG : -errno;
}

int file_rights_read(int file, struct file_rights *ret_rights)
{
	struct stat status;
	int error;

	if (fstat(file, &status) < 0)
		return -errno;
	ret_rights->uid = status.st_uid;
	ret_rights->gid = status.st_gid;
	ret_rights->mode = status.st_mode & 07777;
	error = read_attribute(file, ACL_NAME, &ret_rights->acl);
	return error < 0 ? error : read_attribute(file, LABEL_NAME, &ret_rights->label);
}

static int give_attribute(int file, const char *name, const struct file_attribute *wanted)
{
	struct file_attribute present;
	int error = read_attribute(file, name, &present);

	if (error < 0 ||
	    (present.length == wanted->length &&
		memcmp(present.bytes, wanted->bytes, wanted->length) == 0))
		return error;
	error = wanted->length > 0 ? fsetxattr(file, name, wanted->bytes, wanted->length, 0)
				   : fremovexattr(file, name);
	return error < 0 ? -errno : 0;
}

static int give_label(int file, const struct file_attribute *label)
{
	struct file_attribute present;
	int error = read_attribute(file, LABEL_NAME, &present);

	return error < 0 || present.length == 0 || label->length == 0
	    ? error
	    : give_attribute(file, LABEL_NAME, label);
}

int file_rights_give(int file, const struct file_rights *rights)
{
	int error = give_label(file, &rights->label);

	/* Also that there is none: a file inherits one from its folder, and the mode's group bits
	 * would let in whom that names. */
	if (error == 0)
		error = give_attribute(file, ACL_NAME, &rights->acl);
	if (error == 0 &&
	    (fchown(file, rights->uid, rights->gid) < 0 || fchmod(file, rights->mode) < 0))
		error = -errno;
	return error;
}
