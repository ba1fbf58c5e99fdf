/* What no plugin of the helper, and no server that one starts, has ever any use for. */
#ifndef AUTHMEDIC_CONFINE_CAPABILITIES_H
#define AUTHMEDIC_CONFINE_CAPABILITIES_H

/* Out of the bounding set: none of what is started from now on has them. How many are gone that
 * were there. */
unsigned capabilities_drop(void);

#endif
