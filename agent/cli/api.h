/* The running daemon's documents, read over its own HTTP endpoint. */
#ifndef AUTHMEDIC_CLI_API_H
#define AUTHMEDIC_CLI_API_H

#include "cli/verbs.h"

/* EXIT_DONE with the document at `path`, or an exit code after complaining. */
must_check int api_get(
    const struct invocation *invocation, const char *path, struct json **ret_document);

#endif
