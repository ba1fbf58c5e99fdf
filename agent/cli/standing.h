/* Which of the things that stand for a time, as the helper tells them, a person means. */
#ifndef AUTHMEDIC_CLI_STANDING_H
#define AUTHMEDIC_CLI_STANDING_H

#include "remedy/protocol.h"

/* Of that site, from 0; NULL beyond the last. */
const struct protocol_standing *standing_at(
    const struct protocol_reply *reply, const char *site, size_t number);
/* The only one of the site, where the word is NULL; or by its remedy's name, where only one has it,
 * or by its number, from 1. NULL where that names none, or several. */
const struct protocol_standing *standing_find(
    const struct protocol_reply *reply, const char *site, const char *word);

#endif
