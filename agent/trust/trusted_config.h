/* The configuration, as far as it may be believed: whoever could change it could have us run
 * anything. */
#ifndef AUTHMEDIC_TRUST_TRUSTED_CONFIG_H
#define AUTHMEDIC_TRUST_TRUSTED_CONFIG_H

#include "config/config.h"
#include "trust/trusted_path.h"

/* Loads it, where the file, and conf.d beside it with all that is read of it, are fit for
 * trusted_open(), or whoever started us has our rights anyhow (sticky_folders). If not, the error,
 * with the reason appended to `why`. */
must_check int trusted_config_load(struct config **ret_config, const char *file,
    const struct trust *trust, struct buffer *why);
/* The folder that it has us keep our state in, made where it was missing, as a descriptor. If it is
 * not fit, the error, as above. */
must_check int trusted_state_folder(
    const struct config *config, const struct trust *trust, struct buffer *why);
/* Whether it could be loaded anew now, and the state's folder opened; where not, that is told, and
 * that the old one stays. */
must_check bool trusted_config_is_fit(const char *file, const struct trust *trust);
/* Such reasons, for whoever started us. */
void trusted_complain(const struct buffer *why);

#endif
