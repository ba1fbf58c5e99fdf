/* Whether a file is the copy of another's beginning. */
#ifndef AUTHMEDIC_INTAKE_REPETITION_H
#define AUTHMEDIC_INTAKE_REPETITION_H

#include <stdint.h>

#include "base/cleanup.h"

/* Where the space begins that nobody has written to yet, at the end of the file; 0 where there is
 * no text before it. Of very much space only the last is looked through. */
must_check int repetition_text_end(int descriptor, int64_t *ret_end_bytes);

/* Compares how both begin and the last of the possible copy's text: 0, OTHER_BYTES, or why that is
 * not known. */
must_check int repetition_check(int own, int copy);

#endif
