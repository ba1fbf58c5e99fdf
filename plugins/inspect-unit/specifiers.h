/* What stands for something else in a unit file's values: %i, %n … */
#ifndef AUTHMEDIC_PLUGINS_SPECIFIERS_H
#define AUTHMEDIC_PLUGINS_SPECIFIERS_H

#include "base/buffer.h"

/* Appends the text as systemd's first process reads it in this unit, by the unit's name and the
 * usual folders. -EINVAL where it has another specifier, or a name that cannot be unescaped. */
must_check int specifiers_expand(struct view text, const char *unit, struct buffer *expanded);

#endif
