#include "inspect-keytab/keys.h"

#include <errno.h>
#include <krb5.h>

#define MAX_ENTRIES    100000
#define MAX_PRINCIPALS 4096
#define MAX_ENCTYPE_BYTES 100
#define MAX_LISTED_BYTES 1000

struct reading {
	krb5_context krb5;
	krb5_principal service;
	bool any_realm;
	array_of(krb5_principal) principals;
	struct keys keys;
};

static void add_number(uint32_t *items, size_t *count, uint32_t number)
{
	size_t at = 0;

	while (at < *count && items[at] < number)
		at++;
	if (at < *count && items[at] == number)
		return;
	if (*count < KEYS_MAX) {
		memmove(items + at + 1, items + at, (*count - at) * sizeof(*items));
		items[at] = number;
		(*count)++;
	} else if (at > 0) { /* the lowest makes way */
		memmove(items, items + 1, (at - 1) * sizeof(*items));
		items[at - 1] = number;
	}
}

static int add_principal(struct reading *reading, krb5_const_principal principal)
{
	krb5_principal copy;
	int error;

	for (size_t i = 0; i < reading->principals.count; i++)
		if (krb5_principal_compare(reading->krb5, reading->principals.items[i], principal))
			return 0;
	if (krb5_copy_principal(reading->krb5, principal, &copy) != 0)
		return -ENOMEM;
	error = array_push(&reading->principals, copy, MAX_PRINCIPALS);
	if (error < 0)
		krb5_free_principal(reading->krb5, copy);
	return error;
}

static bool is_service(const struct reading *reading, krb5_const_principal principal)
{
	if (reading->any_realm)
		return krb5_principal_compare_any_realm(reading->krb5, reading->service, principal);
	return krb5_principal_compare(reading->krb5, reading->service, principal);
}

static void list_entry(struct reading *reading, const krb5_keytab_entry *entry)
{
	struct buffer *entries = &reading->keys.entries;
	char enctype[MAX_ENCTYPE_BYTES];
	char *principal = NULL;

	keys_enctype_name((uint32_t)entry->key.enctype, enctype, sizeof(enctype));
	if (krb5_unparse_name(reading->krb5, entry->principal, &principal) != 0)
		return;
	if (strlen(principal) + sizeof(enctype) + 16 < entries->max_bytes - entries->length)
		buffer_append_format(entries, "%s:%u:%s\n", principal, entry->vno, enctype);
	krb5_free_unparsed_name(reading->krb5, principal);
}

static int add_entry(struct reading *reading, const krb5_keytab_entry *entry)
{
	struct keys *keys = &reading->keys;

	list_entry(reading, entry);

	if (is_service(reading, entry->principal)) {
		add_number(keys->kvnos.items, &keys->kvnos.count, entry->vno);
		add_number(
		    keys->enctypes.items, &keys->enctypes.count, (uint32_t)entry->key.enctype);
	}
	return add_principal(reading, entry->principal);
}

static int read_entries(struct reading *reading, krb5_keytab keytab)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code end;
	int error = 0;

	if (krb5_kt_start_seq_get(reading->krb5, keytab, &cursor) != 0)
		return -EINVAL;
	for (int i = 0; error == 0; i++) {
		end = krb5_kt_next_entry(reading->krb5, keytab, &entry, &cursor);
		if (end != 0)
			break;
		error = i < MAX_ENTRIES ? add_entry(reading, &entry) : -E2BIG;
		krb5_free_keytab_entry_contents(reading->krb5, &entry);
	}
	krb5_kt_end_seq_get(reading->krb5, keytab, &cursor);
	if (error == 0 && end != KRB5_KT_END)
		error = -EINVAL;
	reading->keys.principals = reading->principals.count;
	return error;
}

static int read_keytab(struct reading *reading, const struct keys_query *query)
{
	char auto_free *name = NULL;
	krb5_keytab keytab;
	int error;

	reading->any_realm = strchr(query->service, '@') == NULL;
	if (krb5_parse_name_flags(reading->krb5, query->service,
		reading->any_realm ? KRB5_PRINCIPAL_PARSE_NO_REALM : 0, &reading->service) != 0)
		return -EINVAL;
	if (asprintf(&name, "FILE:%s", query->file) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	if (krb5_kt_resolve(reading->krb5, name, &keytab) != 0)
		return -EINVAL;
	error = read_entries(reading, keytab);
	krb5_kt_close(reading->krb5, keytab);
	return error;
}

int keys_read(struct keys *ret_keys, const struct keys_query *query)
{
	struct reading reading = {0};
	int error = -EINVAL;

	buffer_init(&reading.keys.entries, MAX_LISTED_BYTES);

	if (query->krb5_config != NULL && setenv("KRB5_CONFIG", query->krb5_config, 1) < 0)
		return -errno;
	if (krb5_init_context(&reading.krb5) != 0)
		return -EINVAL;
	error = read_keytab(&reading, query);
	for (size_t i = 0; i < reading.principals.count; i++)
		krb5_free_principal(reading.krb5, reading.principals.items[i]);
	array_done(&reading.principals);
	krb5_free_principal(reading.krb5, reading.service);
	krb5_free_context(reading.krb5);
	if (error == 0)
		*ret_keys = reading.keys;
	else
		keys_done(&reading.keys);
	return error;
}

void keys_done(struct keys *keys)
{
	buffer_done(&keys->entries);
}

void keys_enctype_name(uint32_t enctype, char *ret_name, size_t name_bytes)
{
	if (krb5_enctype_to_name((krb5_enctype)enctype, 0, ret_name, name_bytes) != 0)
		snprintf(ret_name, name_bytes, "%u", enctype);
}
