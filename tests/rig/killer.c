/* An LD_PRELOAD shim that ends authmedicd or its helper by SIGKILL, once, at a call of the test's
 * choice: the n-th of those below that touch files, sockets or the loop, before it is made, after
 * it, or, of a write, when half of it is done. It counts the calls, so that a test knows from what
 * to choose. The values live in the files that $AUTHMEDIC_KILLER and, for the helper,
 * $AUTHMEDIC_KILLER_OF_HELPER name. Probes and plugins are left alone. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum moment { BEFORE, HALF, AFTER };

/* In the order of VALUES in killer.py. */
struct killer {
	int64_t at; /* 0: never */
	int64_t moment;
	int64_t calls; /* so far, of this process */
	int64_t kills; /* so far, of all */
};

static struct killer *killer;
static pid_t victim;

__attribute__((constructor)) static void begin(void)
{
	const char *name = program_invocation_short_name;
	const char *path = NULL;
	int file;

	if (strcmp(name, "authmedicd") == 0)
		path = getenv("AUTHMEDIC_KILLER");
	else if (strcmp(name, "authmedic-helper") == 0)
		path = getenv("AUTHMEDIC_KILLER_OF_HELPER");
	if (path == NULL)
		return;
	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return;
	killer = mmap(NULL, sizeof(*killer), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (killer == MAP_FAILED)
		killer = NULL;
	else
		killer->calls = 0;
	victim = getpid();
}

static void end(void)
{
	killer->at = 0;
	killer->kills++;
	kill(victim, SIGKILL);
}

/* Whether this is the call; a child of ours that has not become another program is not meant. */
static int is_due(void)
{
	if (killer == NULL || getpid() != victim)
		return 0;
	return ++killer->calls == killer->at;
}

#define CALL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A call whose result is of that type; the arguments are given twice, with types and without. */
#define INTERPOSE(type, name, parameters, ...)                                                     \
	type name parameters                                                                       \
	{                                                                                          \
		int due = is_due();                                                                \
		type result;                                                                       \
		if (due && killer->moment != AFTER)                                                \
			end();                                                                     \
		result = CALL(name)(__VA_ARGS__);                                                  \
		if (due)                                                                           \
			end();                                                                     \
		return result;                                                                     \
	}

/* The same for those that write, of which a half may be done. */
#define INTERPOSE_WRITE(name, parameters, length, ...)                                             \
	ssize_t name parameters                                                                    \
	{                                                                                          \
		int due = is_due();                                                                \
		ssize_t result;                                                                    \
		if (due && killer->moment == BEFORE)                                               \
			end();                                                                     \
		if (due && killer->moment == HALF)                                                 \
			length /= 2;                                                               \
		result = CALL(name)(__VA_ARGS__);                                                  \
		if (due)                                                                           \
			end();                                                                     \
		return result;                                                                     \
	}

INTERPOSE(ssize_t, read, (int file, void *bytes, size_t length), file, bytes, length)
INTERPOSE(ssize_t, pread, (int file, void *bytes, size_t length, off_t offset), file, bytes, length,
    offset)
INTERPOSE(ssize_t, pread64, (int file, void *bytes, size_t length, off64_t offset), file, bytes,
    length, offset)
INTERPOSE_WRITE(write, (int file, const void *bytes, size_t length), length, file, bytes, length)
INTERPOSE_WRITE(pwrite, (int file, const void *bytes, size_t length, off_t offset), length, file,
    bytes, length, offset)
INTERPOSE_WRITE(pwrite64, (int file, const void *bytes, size_t length, off64_t offset), length,
    file, bytes, length, offset)
INTERPOSE(int, fsync, (int file), file)
INTERPOSE(int, fdatasync, (int file), file)
INTERPOSE(int, ftruncate, (int file, off_t length), file, length)
INTERPOSE(int, ftruncate64, (int file, off64_t length), file, length)
INTERPOSE(int, rename, (const char *from, const char *to), from, to)
INTERPOSE(int, unlink, (const char *path), path)
INTERPOSE(int, close, (int file), file)
INTERPOSE(ssize_t, send, (int socket, const void *bytes, size_t length, int flags), socket, bytes,
    length, flags)
INTERPOSE(ssize_t, recv, (int socket, void *bytes, size_t length, int flags), socket, bytes, length,
    flags)
INTERPOSE(ssize_t, sendmsg, (int socket, const struct msghdr *message, int flags), socket, message,
    flags)
INTERPOSE(ssize_t, recvmsg, (int socket, struct msghdr *message, int flags), socket, message, flags)
