/* One keytab file: the site's, on disk or as the worker sees it. */
#ifndef AUTHMEDIC_PLUGINS_KEYTAB_H
#define AUTHMEDIC_PLUGINS_KEYTAB_H

#include <sys/stat.h>

#include "common/worker_view.h"
#include "inspect-keytab/keys.h"

struct keytab {
	const char *path; /* NULL: there is none to read */
	enum answer exists;
	struct stat status; /* where it exists */
	int file;	    /* -1 where it cannot be read */
	char opened[32];    /* a path to that file, whatever the first one leads to by now */
};

void keytab_close(struct keytab *keytab);
/* The keys in it for the site's service; -ENOKEY where the site says none. */
must_check int keytab_read_keys(const char *file, struct keys *ret_keys);
/* Prints the key versions as a fact. */
void keytab_tell_kvnos(const char *name, const struct keys *keys);

#endif
