/* The parts of `authmedic notify`. */
#ifndef AUTHMEDIC_CLI_NOTIFY_H
#define AUTHMEDIC_CLI_NOTIFY_H

#include "cli/verbs.h"
#include "config/config.h"

/* The receivers, and what was given up: exit codes, as of a verb. */
int notify_list(const struct invocation *invocation);
/* Asks the running daemon to send the receiver's dead letters once more. */
int notify_again(const struct invocation *invocation, const struct config *config,
    const struct config_notify *notify);

#endif
