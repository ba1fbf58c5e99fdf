/* Whether a fallback to NTLM may be: what is read from the snippet, from Apache's configuration and
 * from the Apache that runs. Each returns PLUGIN_DONE, or says why not and returns how that ends.
 */
#ifndef AUTHMEDIC_PLUGINS_REFUSALS_H
#define AUTHMEDIC_PLUGINS_REFUSALS_H

#include "base/view.h"

/* The text lets people in by NTLM alone, and in no way by which gss-ntlmssp is known to crash. */
must_check int refusals_of_snippet(const char *file, struct view text);
/* Whether the text lets anybody in by NTLM. */
bool snippet_allows_ntlm(struct view text);
/* Neither delegation nor channel binding is in use, no other section would crash, and the
 * configuration includes `active`. */
must_check int refusals_of_config(const char *config, const char *active);
/* The Apache that runs has what gss-ntlmssp needs: a graceful restart gives it nothing more. */
must_check int refusals_of_server(void);

#endif
