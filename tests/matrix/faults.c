/* An LD_PRELOAD shim that stands in for file systems that a test machine has not: network mounts
 * whose sizes lag behind, handles that went stale, reads that come short, a disk that is full. The
 * values below live in the file that $AUTHMEDIC_FAULTS names, which the test writes to while the
 * program runs. The project opens and reads logs by open(), pread() and statx(); SQLite writes by
 * pwrite64(). */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#define statx libc_statx /* of which the type is wanted, not the declaration */
#include <sys/stat.h>
#undef statx
#include <sys/vfs.h>
#include <unistd.h>

/* In the order of VALUES in faults.py. */
struct faults {
	int64_t remote; /* file systems say that they are NFS, and know no births */
	int64_t lag_bytes; /* so much smaller do files look than they are */
	int64_t lag_reads; /* and what was cut off cannot be read either */
	int64_t stale; /* so many calls on open files give ESTALE */
	int64_t unreadable; /* the error of reading logs; 0: none */
	int64_t max_read; /* a read gives at most so many bytes; 0: as many as it likes */
	int64_t full; /* the error of writing to the database; 0: none */
	int64_t opens; /* how often a file was opened; counted for the test */
};

static struct faults *faults(void)
{
	static struct faults none;
	static struct faults *shared;
	const char *path = getenv("AUTHMEDIC_FAULTS");
	int file;

	if (shared != NULL)
		return shared;
	shared = &none;
	file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (file < 0)
		return shared;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (shared == MAP_FAILED)
		shared = &none;
	close(file);
	return shared;
}

/* The C library's own function. */
#define CALL(name, type) ((__typeof__(&(type)))dlsym(RTLD_NEXT, #name))

static int is_stale(void)
{
	if (faults()->stale <= 0)
		return 0;
	faults()->stale--;
	errno = ESTALE;
	return 1;
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	if ((flags & O_NOFOLLOW) != 0)
		faults()->opens++;
	return CALL(open, open)(path, flags, mode);
}

ssize_t pread(int file, void *bytes, size_t count, off_t offset)
{
	struct stat status;

	if (is_stale())
		return -1;
	if (faults()->unreadable != 0) {
		errno = (int)faults()->unreadable;
		return -1;
	}
	if (faults()->max_read > 0 && count > (size_t)faults()->max_read)
		count = (size_t)faults()->max_read;
	if (faults()->lag_reads != 0 && fstat(file, &status) == 0) {
		off_t end = status.st_size - faults()->lag_bytes;

		if (offset >= end)
			return 0;
		if (count > (size_t)(end - offset))
			count = (size_t)(end - offset);
	}
	return CALL(pread, pread)(file, bytes, count, offset);
}

/* Callers pass five arguments; the last two are read as variable ones, which comes to the same. */
int statx(int directory, const char *path, int flags, ...)
{
	uint64_t lag = (uint64_t)faults()->lag_bytes;
	struct libc_statx *status;
	va_list arguments;
	unsigned mask;

	va_start(arguments, flags);
	mask = va_arg(arguments, unsigned);
	status = va_arg(arguments, struct libc_statx *);
	va_end(arguments);
	if ((flags & AT_EMPTY_PATH) != 0 && is_stale())
		return -1;
	if (CALL(statx, libc_statx)(directory, path, flags, mask, status) < 0)
		return -1;
	if (faults()->remote != 0)
		status->stx_mask &= ~(unsigned)STATX_BTIME;
	if (S_ISREG(status->stx_mode))
		status->stx_size = status->stx_size > lag ? status->stx_size - lag : 0;
	return 0;
}

int fstatfs(int file, struct statfs *status)
{
	int result = CALL(fstatfs, fstatfs)(file, status);

	if (result == 0 && faults()->remote != 0)
		status->f_type = NFS_SUPER_MAGIC;
	return result;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
{
	if (faults()->full != 0) {
		errno = (int)faults()->full;
		return -1;
	}
	return CALL(pwrite64, pwrite64)(file, bytes, count, offset);
}
