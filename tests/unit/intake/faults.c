#include "faults.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/types.h>
#include <sys/vfs.h>

#include "intake/files.h"

struct faults faults;

ssize_t __real_pread(int descriptor, void *bytes, size_t count, off_t offset);
ssize_t __wrap_pread(int descriptor, void *bytes, size_t count, off_t offset);
int __real_look_at_descriptor(int descriptor, struct look *ret_look);
int __wrap_look_at_descriptor(int descriptor, struct look *ret_look);
int __real_files_scan(const struct files *files, struct candidates *candidates);
int __wrap_files_scan(const struct files *files, struct candidates *candidates);
int __real_files_open(const struct candidate *candidate, int *ret_descriptor);
int __wrap_files_open(const struct candidate *candidate, int *ret_descriptor);
int __real_fstatfs(int descriptor, struct statfs *status);
int __wrap_fstatfs(int descriptor, struct statfs *status);

static uint64_t roll(uint64_t below)
{
	faults.random ^= faults.random >> 12;
	faults.random ^= faults.random << 25;
	faults.random ^= faults.random >> 27;
	return (faults.random * UINT64_C(2685821657736338717) >> 16) % below;
}

static bool happens(unsigned of_thousand)
{
	return of_thousand > 0 && roll(1000) < of_thousand;
}

ssize_t __wrap_pread(int descriptor, void *bytes, size_t count, off_t offset)
{
	if (happens(faults.interruptions)) {
		errno = EINTR;
		return -1;
	}
	if (happens(faults.read_errors)) {
		errno = EIO;
		return -1;
	}
	if (count > 1 && happens(faults.short_reads))
		count = 1 + (size_t)roll(count - 1);
	return __real_pread(descriptor, bytes, count, offset);
}

int __wrap_look_at_descriptor(int descriptor, struct look *ret_look)
{
	int error = __real_look_at_descriptor(descriptor, ret_look);

	if (error == 0 && faults.remote && happens(faults.lagging_sizes))
		ret_look->size_bytes -= (int64_t)roll((uint64_t)ret_look->size_bytes + 1);
	return error;
}

int __wrap_fstatfs(int descriptor, struct statfs *status)
{
	int result = __real_fstatfs(descriptor, status);

	if (result == 0 && faults.remote)
		status->f_type = NFS_SUPER_MAGIC;
	return result;
}

static void happen_once(void (**event)(void))
{
	void (*happening)(void) = *event;

	*event = NULL;
	if (happening != NULL)
		happening();
}

int __wrap_files_scan(const struct files *files, struct candidates *candidates)
{
	happen_once(&faults.before_scan);
	return __real_files_scan(files, candidates);
}

int __wrap_files_open(const struct candidate *candidate, int *ret_descriptor)
{
	int error = __real_files_open(candidate, ret_descriptor);

	happen_once(&faults.after_open);
	return error;
}
