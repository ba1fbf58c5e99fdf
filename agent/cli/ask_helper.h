/* One question to the helper, with a loop of its own. */
#ifndef AUTHMEDIC_CLI_ASK_HELPER_H
#define AUTHMEDIC_CLI_ASK_HELPER_H

#include "cli/verbs.h"
#include "config/config.h"
#include "remedy/helper_client.h"

/* Asks (the request's callback and context are not used) and waits for the reply. An exit code
 * other than EXIT_DONE where there is none, or where it is a refusal, which has been told then. */
must_check int ask_helper(const struct invocation *invocation, const struct config *config,
    const struct helper_client_request *request, struct protocol_reply *ret_reply);

/* EXIT_DONE, or another code after telling what the helper says of a result that is not done. */
must_check int ask_helper_tell(const struct protocol_reply *reply);

#endif
