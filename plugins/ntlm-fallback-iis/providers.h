/* What `appcmd list config SITE -section:…/windowsAuthentication` prints: the providers, in the
 * order in which IIS offers them. */
#ifndef AUTHMEDIC_PLUGINS_PROVIDERS_H
#define AUTHMEDIC_PLUGINS_PROVIDERS_H

#include "base/view.h"

#define PROVIDERS_MAX        16
#define PROVIDERS_NAME_BYTES 64

struct providers {
	char names[PROVIDERS_MAX][PROVIDERS_NAME_BYTES];
	size_t count;
	bool enabled; /* windowsAuthentication itself */
	bool binds_channel; /* extendedProtection asks for tokens, or may */
};

/* -EBADMSG where it is not understood, -E2BIG. */
must_check int providers_read(struct providers *ret_providers, struct view text);
/* Names a line each, as they are kept. */
must_check int providers_read_lines(struct providers *ret_providers, struct view text);
bool providers_have(const struct providers *providers, const char *name);
bool providers_same(const struct providers *providers, const struct providers *others);

#endif
