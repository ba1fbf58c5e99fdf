/* A case of authority.h as JSON and back. */
#ifndef AUTHMEDIC_REMEDY_AUTHORITY_JSON_H
#define AUTHMEDIC_REMEDY_AUTHORITY_JSON_H

#include "base/json.h"
#include "remedy/authority.h"

struct json *authority_to_json(const struct authority_case *the_case);
/* -EINVAL on what it did not write. */
must_check int authority_from_json(struct authority_case *ret_case, const struct json *json);

#endif
