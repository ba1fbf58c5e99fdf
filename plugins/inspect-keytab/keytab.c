#include "inspect-keytab/keytab.h"

#include <errno.h>
#include <unistd.h>

#include "common/plugin.h"

void keytab_close(struct keytab *keytab)
{
	if (keytab->file >= 0)
		close(keytab->file);
}

int keytab_read_keys(const char *file, struct keys *ret_keys)
{
	const struct keys_query query = {.file = file,
	    .service = plugin_value("AUTHMEDIC_SERVICE"),
	    .krb5_config = plugin_value("AUTHMEDIC_KRB5_CONFIG")};

	return query.service == NULL ? -ENOKEY : keys_read(ret_keys, &query);
}

void keytab_tell_kvnos(const char *name, const struct keys *keys)
{
	struct plugin_list list;

	plugin_list_init(&list, name);
	for (size_t i = 0; i < keys->kvnos.count; i++)
		plugin_list_add(&list, "%u", keys->kvnos.items[i]);
	plugin_list_done(&list);
}
