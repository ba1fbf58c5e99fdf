/* Which Kerberos configuration a process names for itself, and what a configuration includes. */
#ifndef AUTHMEDIC_PLUGINS_KRB5_CONFIG_H
#define AUTHMEDIC_PLUGINS_KRB5_CONFIG_H

#include "common/file_times.h"
#include "base/buffer.h"

/* Appends the path out of the process's own command line (Java) or environment. -ENOENT where it
 * names none, another error where that is not told. */
must_check int krb5_config_of_process(int64_t process_id, struct buffer *path);

/* The times of the file and of all that it includes (include, includedir), some levels deep. */
void krb5_config_times(struct file_times *times, const char *path);

#endif
