/* The configuration, as far as it may be believed: whoever could change it could have us run
 * anything. */
#ifndef AUTHMEDIC_TRUST_TRUSTED_CONFIG_H
#define AUTHMEDIC_TRUST_TRUSTED_CONFIG_H

#include "trust/trusted_path.h"

/* Whether the file, and conf.d beside it with all that is read of it, are fit for trusted_open();
 * if not, its error, with the reason appended to `why`. */
must_check int trusted_config(const char *file, const struct trust *trust, struct buffer *why);

#endif
