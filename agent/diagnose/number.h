/* The numbers that facts and conditions hold: decimal, with an optional sign and fraction. */
#ifndef AUTHMEDIC_DIAGNOSE_NUMBER_H
#define AUTHMEDIC_DIAGNOSE_NUMBER_H

#include "base/view.h"

/* -EINVAL on anything else, and on more digits than a double keeps apart (15 before the point, 6
 * behind it). */
must_check int number_parse(struct view text, double *ret_value);

#endif
