/* What a keytab holds for the service. Keys themselves are never looked at. */
#ifndef AUTHMEDIC_PLUGINS_KEYS_H
#define AUTHMEDIC_PLUGINS_KEYS_H

#include "base/array.h"
#include "base/buffer.h"

#define KEYS_MAX 64 /* distinct kvnos, and distinct enctypes; of more the highest are told */

struct keys {
	size_t principals; /* distinct ones in the keytab */
	struct {
		uint32_t items[KEYS_MAX];
		size_t count;
	} kvnos, enctypes; /* of the service; ascending */
	struct buffer entries; /* `PRINCIPAL:KVNO:ENCTYPE` of each, a line each, as many as fit */
};

/* Reads the keytab, and `krb5_config` for the names of realms where it is not NULL. -EINVAL where
 * the service is no principal or the file is no keytab. */
struct keys_query {
	const char *file;
	const char *service; /* name/host@REALM; without a realm any will do */
	const char *krb5_config;
};
must_check int keys_read(struct keys *ret_keys, const struct keys_query *query);
void keys_done(struct keys *keys);

/* The name for people: aes256-cts-hmac-sha1-96 … */
void keys_enctype_name(uint32_t enctype, char *ret_name, size_t name_bytes);

#endif
