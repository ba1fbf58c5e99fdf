/* What a document of the daemon's says, for people. */
#ifndef AUTHMEDIC_CLI_DOCUMENT_H
#define AUTHMEDIC_CLI_DOCUMENT_H

#include "base/json.h"

/* "" where there is none. */
const char *document_text(const struct json *object, const char *name);
/* -1 where there is none. */
int64_t document_time_ms(const struct json *object, const char *name);

#endif
