/* Whether a file is the copy of another's beginning. */
#ifndef AUTHMEDIC_INTAKE_REPETITION_H
#define AUTHMEDIC_INTAKE_REPETITION_H

#include "base/cleanup.h"

/* Compares how both begin and the last of the possible copy's text: 0, OTHER_BYTES, or why that is
 * not known. */
must_check int repetition_check(int own, int copy);

#endif
