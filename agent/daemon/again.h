/* How a person asks a running daemon to send a receiver's dead letters again: by a file in the
 * state directory, which who may write there may make. Its name says all; nothing is read from
 * it. */
#ifndef AUTHMEDIC_DAEMON_AGAIN_H
#define AUTHMEDIC_DAEMON_AGAIN_H

#include "base/view.h"

/* Asks; a negative errno where the file cannot be made. */
must_check int again_ask(const char *state_directory, const char *target);
/* Whether somebody asked; takes the question away. */
bool again_take(const char *state_directory, const char *target);

#endif
