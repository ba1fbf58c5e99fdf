/* Runs another program and keeps what it prints. */
#ifndef AUTHMEDIC_PLUGINS_COMMAND_H
#define AUTHMEDIC_PLUGINS_COMMAND_H

#include "base/buffer.h"

/* Appends the command's standard output; argv[0] without a slash is looked for in PATH. Its
 * standard error is thrown away. -EIO where the command fails, -ENOENT where there is none. */
must_check int command_run(const char *const *argv, struct buffer *printed);

#endif
