/* What a unit file, as systemctl cat prints it, says of copied and bound paths. */
#ifndef AUTHMEDIC_PLUGINS_UNIT_FILE_H
#define AUTHMEDIC_PLUGINS_UNIT_FILE_H

#include "base/view.h"

/* `id` and `source` of LoadCredential=ID:PATH, `source` of BindPaths= and BindReadOnlyPaths= with
 * an empty id. Without the options behind them; not NUL-terminated. */
typedef void unit_file_on_path(void *context, struct view id, struct view source);

struct unit_file_watch {
	unit_file_on_path *on_credential, *on_bind, *on_reset;
	void *context;
};

/* An empty value takes back what was said before: on_reset is called with the key as `id`. */
void unit_file_read(struct view text, const struct unit_file_watch *watch);

#endif
