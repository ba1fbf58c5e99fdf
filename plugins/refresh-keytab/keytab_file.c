#include "refresh-keytab/keytab_file.h"

#include <errno.h>

#define MAX_ENTRIES 100000

static int open_file(krb5_context krb5, const char *kind, const char *file, krb5_keytab *ret_keytab)
{
	char auto_free *name = NULL;

	if (asprintf(&name, "%s:%s", kind, file) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	return krb5_kt_resolve(krb5, name, ret_keytab) == 0 ? 0 : -EINVAL;
}

static int read_entries(struct keytab_entries *entries, krb5_keytab keytab)
{
	krb5_error_code end = 0;
	krb5_kt_cursor cursor;
	int error = 0;

	if (krb5_kt_start_seq_get(entries->krb5, keytab, &cursor) != 0)
		return -EINVAL;
	while (error == 0) {
		krb5_keytab_entry entry;

		end = krb5_kt_next_entry(entries->krb5, keytab, &entry, &cursor);
		if (end != 0)
			break;
		error = array_push(entries, entry, MAX_ENTRIES);
		if (error < 0)
			krb5_free_keytab_entry_contents(entries->krb5, &entry);
	}
	krb5_kt_end_seq_get(entries->krb5, keytab, &cursor);
	return error == 0 && end != KRB5_KT_END ? -EINVAL : error;
}

int keytab_entries_read(struct keytab_entries *entries, krb5_context krb5, const char *file)
{
	krb5_keytab keytab;
	int error;

	*entries = (struct keytab_entries){.krb5 = krb5};
	error = open_file(krb5, "FILE", file, &keytab);
	if (error < 0)
		return error;
	error = read_entries(entries, keytab);
	krb5_kt_close(krb5, keytab);
	return error;
}

void keytab_entries_done(struct keytab_entries *entries)
{
	for (size_t i = 0; i < entries->count; i++)
		krb5_free_keytab_entry_contents(entries->krb5, &entries->items[i]);
	array_done(entries);
}

bool keytab_entries_have(const struct keytab_entries *entries, const krb5_keytab_entry *entry)
{
	for (size_t i = 0; i < entries->count; i++) {
		const krb5_keytab_entry *other = &entries->items[i];

		if (other->vno == entry->vno && other->key.enctype == entry->key.enctype &&
		    krb5_principal_compare(entries->krb5, other->principal, entry->principal))
			return true;
	}
	return false;
}

bool keytab_entries_have_all(
    const struct keytab_entries *entries, const struct keytab_entries *others)
{
	for (size_t i = 0; i < others->count; i++)
		if (!keytab_entries_have(entries, &others->items[i]))
			return false;
	return true;
}

int keytab_entries_newest(
    const struct keytab_entries *entries, const char *service, uint32_t *ret_kvno)
{
	bool any_realm = strchr(service, '@') == NULL;
	krb5_principal principal;
	uint32_t newest = 0;

	if (krb5_parse_name_flags(entries->krb5, service,
		any_realm ? KRB5_PRINCIPAL_PARSE_NO_REALM : 0, &principal) != 0)
		return -EINVAL;
	for (size_t i = 0; i < entries->count; i++) {
		const krb5_keytab_entry *entry = &entries->items[i];
		bool is_service = any_realm
		    ? krb5_principal_compare_any_realm(entries->krb5, principal, entry->principal)
		    : krb5_principal_compare(entries->krb5, principal, entry->principal);

		if (is_service && entry->vno > newest)
			newest = entry->vno;
	}
	krb5_free_principal(entries->krb5, principal);
	*ret_kvno = newest;
	return 0;
}

int keytab_file_add_missing(const struct keytab_entries *entries, const char *file)
{
	struct keytab_entries auto_call(keytab_entries_done) there = {0};
	krb5_keytab keytab = NULL;
	int error = keytab_entries_read(&there, entries->krb5, file);

	if (error == 0)
		error = open_file(entries->krb5, "WRFILE", file, &keytab);
	if (error < 0)
		return error;
	for (size_t i = 0; i < entries->count && error == 0; i++)
		if (!keytab_entries_have(&there, &entries->items[i]) &&
		    krb5_kt_add_entry(entries->krb5, keytab, &entries->items[i]) != 0)
			error = -EIO;
	krb5_kt_close(entries->krb5, keytab);
	return error;
}
