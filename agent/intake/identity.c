#include "intake/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/hash.h"

/* Not in <linux/magic.h> of every kernel. */
#define NETWORK_SMB2 0xFE534D42
#define NETWORK_CIFS 0xFF534D42
#define NETWORK_FUSE 0x65735546
#define NETWORK_9P   0x01021997
#define NETWORK_CEPH 0x00C36400

/* Imprints outlive the process, so the seed cannot be drawn anew. It need not be secret: they guard
 * against mistaking one file for another, and whoever may write the log may write any line. */
static const struct hash_seed fixed_seed = {{0, 0}};

bool identity_equal(struct identity a, struct identity b)
{
	return a.device == b.device && a.inode == b.inode &&
	    (a.birth_ns == b.birth_ns || a.birth_ns == -1 || b.birth_ns == -1);
}

static int64_t nanoseconds(struct statx_timestamp time)
{
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

static int look_at(int directory, const char *path, int flags, struct look *ret_look)
{
	struct statx status;

	if (statx(directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &status) < 0)
		return -errno;
	*ret_look = (struct look){
	    .identity =
		{
		    .device = makedev(status.stx_dev_major, status.stx_dev_minor),
		    .inode = status.stx_ino,
		    .birth_ns = -1,
		},
	    .size_bytes = (int64_t)status.stx_size,
	    .modified_ns = nanoseconds(status.stx_mtime),
	    .mode = status.stx_mode,
	    .owner = status.stx_uid,
	    .links = status.stx_nlink,
	};
	if ((status.stx_mask & STATX_BTIME) != 0)
		ret_look->identity.birth_ns = nanoseconds(status.stx_btime);
	return 0;
}

int look_at_path(const char *path, struct look *ret_look)
{
	return look_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, ret_look);
}

int look_at_descriptor(int descriptor, struct look *ret_look)
{
	return look_at(descriptor, "", AT_EMPTY_PATH, ret_look);
}

bool is_remote(int descriptor)
{
	static const unsigned long remote[] = {NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, NETWORK_SMB2,
	    NETWORK_CIFS, NETWORK_FUSE, NETWORK_9P, NETWORK_CEPH, AFS_SUPER_MAGIC};
	struct statfs status;

	if (fstatfs(descriptor, &status) < 0)
		return false;
	for (size_t i = 0; i < count_of(remote); i++)
		if ((uint32_t)status.f_type == remote[i])
			return true;
	return false;
}

static struct imprint imprint_of(struct view bytes)
{
	return (struct imprint){(uint32_t)bytes.length, hash_bytes(&fixed_seed, bytes)};
}

struct imprint imprint_of_head(struct view bytes)
{
	size_t count = 0;

	while (count < bytes.length && count < INTAKE_MARKER_BYTES && bytes.data[count] != '\0')
		count++;
	return imprint_of(view_first(bytes, count));
}

struct imprint imprint_of_tail(struct view bytes)
{
	size_t count = 0;

	/* NULs are alike in all files. */
	while (count < bytes.length && count < INTAKE_MARKER_BYTES &&
	    bytes.data[bytes.length - count - 1] != '\0')
		count++;
	return imprint_of(view_skip(bytes, bytes.length - count));
}

bool imprint_equals(struct imprint imprint, struct view bytes)
{
	return imprint.count == bytes.length &&
	    (imprint.count == 0 || imprint.hash == hash_bytes(&fixed_seed, bytes));
}

ssize_t read_at(int descriptor, char *ret_bytes, size_t count, int64_t offset)
{
	size_t done = 0;

	while (done < count) {
		ssize_t length =
		    pread(descriptor, ret_bytes + done, count - done, offset + (int64_t)done);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		done += (size_t)length;
	}
	return (ssize_t)done;
}

int imprint_check(int descriptor, int64_t start, struct imprint imprint)
{
	char bytes[INTAKE_MARKER_BYTES];
	ssize_t length = read_at(descriptor, bytes, imprint.count, start);

	if (length < 0)
		return (int)length;
	if ((size_t)length < imprint.count)
		return TOO_SHORT;
	return imprint_equals(imprint, view_of(bytes, (size_t)length)) ? 0 : OTHER_BYTES;
}
