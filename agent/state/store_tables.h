/* The tables of the store, as this version of authmedic has them and as earlier ones had them. */
#ifndef AUTHMEDIC_STATE_STORE_TABLES_H
#define AUTHMEDIC_STATE_STORE_TABLES_H

#include "state/schema.h"

extern const struct schema store_schema;

#endif
