/* The entries of a keytab file. Keys are copied from file to file and never shown. */
#ifndef AUTHMEDIC_PLUGINS_KEYTAB_FILE_H
#define AUTHMEDIC_PLUGINS_KEYTAB_FILE_H

#include <krb5.h>

#include "base/array.h"
#include "base/view.h"

struct keytab_entries {
	krb5_context krb5;
	krb5_keytab_entry *items;
	size_t count;
	size_t capacity;
};

/* keytab_entries_done() in any case. -EINVAL where the file is no keytab, -ENOENT, -E2BIG. */
must_check int keytab_entries_read(
    struct keytab_entries *entries, krb5_context krb5, const char *file);
void keytab_entries_done(struct keytab_entries *entries);

/* Whether there is one of the same principal, kvno and encryption type. */
bool keytab_entries_have(const struct keytab_entries *entries, const krb5_keytab_entry *entry);
bool keytab_entries_have_all(
    const struct keytab_entries *entries, const struct keytab_entries *others);
/* The highest kvno of the service (without a realm: in any); 0 where it has no key. */
must_check int keytab_entries_newest(
    const struct keytab_entries *entries, const char *service, uint32_t *ret_kvno);

/* Adds those that the file does not have. */
must_check int keytab_file_add_missing(const struct keytab_entries *entries, const char *file);

#endif
