/* Finds a plugin by its name, and opens it where nobody but root could have changed it. */
#ifndef AUTHMEDIC_PLUGIN_OPEN_H
#define AUTHMEDIC_PLUGIN_OPEN_H

#include "trust/trusted_path.h"

/* The descriptor of FOLDER/NAME/NAME, to be closed by the caller; on failure what trusted_open()
 * says, or -EACCES where it may not be executed, with the reason appended to `why`. */
must_check int plugin_open(
    const char *folder, const char *name, const struct trust *trust, struct buffer *why);

#endif
