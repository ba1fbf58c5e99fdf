/* A Java login configuration (JAAS), as far as Kerberos goes. */
#ifndef AUTHMEDIC_PLUGINS_LOGIN_CONFIG_H
#define AUTHMEDIC_PLUGINS_LOGIN_CONFIG_H

#include "base/view.h"

struct login_config {
	bool has_keytab;
	struct view keytab; /* points into the text */
	bool refreshes;	    /* refreshKrb5Config=true */
	bool stores_key;    /* storeKey=true */
};

/* Of all modules in the file together; the first keytab counts. */
struct login_config login_config_read(struct view text);

#endif
