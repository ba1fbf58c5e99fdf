/* json: one object a line. Members are found by their names, wherever they stand and however deep:
 * "request.remote_ip" is the member remote_ip of the object request, or a member with that very
 * name; of an array the first item counts.
 *
 * It is read where it stands, without a copy: a tree of each line would allocate for each. */
#ifndef AUTHMEDIC_PARSE_JSON_LINES_H
#define AUTHMEDIC_PARSE_JSON_LINES_H

#include "parse/fields.h"

/* `names` is NULL or has FIELD_COUNT names that outlive the state; where one is given it is the
 * only name of that field, else the names count that usual loggers give it. */
void json_lines_choose(void *state, const char *const *names);

#endif
