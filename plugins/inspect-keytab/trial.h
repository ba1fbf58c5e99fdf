/* Whether the keys decrypt a ticket that the KDC makes now. */
#ifndef AUTHMEDIC_PLUGINS_TRIAL_H
#define AUTHMEDIC_PLUGINS_TRIAL_H

#include "inspect-keytab/keytab.h"

/* Prints what came of it, for the file on disk and the one that the worker sees. Asks the KDC, and
 * ends the process, with all facts told, where that takes too long: so it comes last. */
void trial_tell(const struct keytab *ours, const struct keytab *seen);

#endif
