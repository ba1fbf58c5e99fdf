/* The keytab as the worker sees it. */
#ifndef AUTHMEDIC_PLUGINS_SEEN_H
#define AUTHMEDIC_PLUGINS_SEEN_H

#include "inspect-keytab/keytab.h"

/* Prints its facts; opens the file that the worker sees under the path of ours, if there is one. */
void seen_tell(const struct keytab *ours, struct keytab *seen);

#endif
