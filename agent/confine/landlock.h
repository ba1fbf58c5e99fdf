/* Landlock: what of the file system, which ports and whose signals are left to us. By system calls,
 * as the C library has no functions for them. */
#ifndef AUTHMEDIC_CONFINE_LANDLOCK_H
#define AUTHMEDIC_CONFINE_LANDLOCK_H

#include <stdint.h>

#include "base/cleanup.h"

#define LANDLOCK_ABI_OF_PORTS   4
#define LANDLOCK_ABI_OF_SIGNALS 6

enum landlock_access {
	LANDLOCK_READ,
	LANDLOCK_EXECUTE, /* and read */
	LANDLOCK_SOCKETS, /* and read, make sockets, remove files */
	LANDLOCK_WRITE,   /* and read, make, rename and remove; no devices */
};

/* A file, or a folder with all beneath it. A file that is replaced is another one: only its folder
 * is of use then. */
struct landlock_path {
	const char *path;
	enum landlock_access access;
};

struct landlock {
	int abi;
	int rules; /* -1: none */
};

/* -ENOSYS or -EOPNOTSUPP where the kernel has none. Ends with landlock_done() in any case. */
must_check int landlock_init(struct landlock *landlock);
void landlock_done(struct landlock *landlock);

/* What is not there, or may not be looked at, is left out. */
must_check int landlock_allow(struct landlock *landlock, const struct landlock_path *path);
must_check int landlock_allow_port(struct landlock *landlock, uint16_t port); /* to listen at */
/* For this thread and all that it starts; needs no_new_privs. */
must_check int landlock_enforce(const struct landlock *landlock);

/* The program that loads dynamic ones, which needs LANDLOCK_EXECUTE with them; NULL: none. */
const char *landlock_loader(void);

#endif
