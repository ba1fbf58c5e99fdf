#include "inspect-keytab/ticket.h"

#include <errno.h>
#include <krb5.h>

#define MAX_ENTRIES          100000
#define KEY_USAGE_OF_TICKETS 2 /* RFC 4120 §7.5.1 */
#define ANY_KVNO             0 /* of an entry */

struct ticket {
	struct kerberos *kerberos;
	struct kerberos_ticket about;
	krb5_context krb5;
	krb5_ticket *decoded;
};

static int decode(struct ticket *ticket)
{
	struct view bytes = kerberos_ticket_bytes(ticket->kerberos);
	const krb5_data encoded = {
	    .length = (unsigned int)bytes.length, .data = (char *)bytes.data};

	return krb5_init_context(&ticket->krb5) == 0 &&
		       krb5_decode_ticket(&encoded, &ticket->decoded) == 0
		   ? 0
		   : -ENOKEY;
}

int ticket_get(
    struct ticket **ret_ticket, const struct kerberos_request *request, const char **ret_why)
{
	struct ticket auto_call(ticket_free) *ticket = calloc(1, sizeof(*ticket));
	int error = ticket == NULL ? -ENOMEM : kerberos_new(&ticket->kerberos);

	*ret_why = "internal";
	if (error == 0)
		error = kerberos_get_ticket(ticket->kerberos, request, &ticket->about);
	if (error == -ENOKEY)
		*ret_why = probe_reason_name(kerberos_reason(ticket->kerberos));
	if (error == 0)
		error = decode(ticket);
	if (error == 0)
		*ret_ticket = take_pointer(ticket);
	return error;
}

void ticket_free(struct ticket **ticket)
{
	struct ticket *freed = *ticket;

	if (freed == NULL)
		return;
	if (freed->krb5 != NULL) {
		krb5_free_ticket(freed->krb5, freed->decoded);
		krb5_free_context(freed->krb5);
	}
	kerberos_free(&freed->kerberos);
	free(freed);
	*ticket = NULL;
}

const struct kerberos_ticket *ticket_about(const struct ticket *ticket)
{
	return &ticket->about;
}

/* Deciphering checks the content's integrity: another key does not pass. */
static bool decrypts(const struct ticket *ticket, const krb5_keyblock *key)
{
	const krb5_enc_data *encrypted = &ticket->decoded->enc_part;
	krb5_data plain = {.length = encrypted->ciphertext.length};
	krb5_error_code code;

	plain.data = malloc(plain.length);
	if (plain.data == NULL)
		return false;
	code = krb5_c_decrypt(
	    ticket->krb5, key, KEY_USAGE_OF_TICKETS, NULL, encrypted, &plain);
	explicit_bzero(plain.data, encrypted->ciphertext.length);
	free(plain.data);
	return code == 0;
}

/* A server's library takes no ticket of another type, though it could open it. */
static bool is_permitted(const struct ticket *ticket)
{
	krb5_enctype *permitted;
	bool found = false;

	if (krb5_get_permitted_enctypes(ticket->krb5, &permitted) != 0)
		return true;
	for (size_t i = 0; permitted[i] != 0 && !found; i++)
		found = permitted[i] == ticket->decoded->enc_part.enctype;
	krb5_free_enctypes(ticket->krb5, permitted);
	return found;
}

/* A server that was told no name of its own tries all keys, since the ticket's may be another name
 * of the same account. The further an entry gets, the more telling. */
static enum ticket_fit try_entry(const struct ticket *ticket, const krb5_keytab_entry *entry)
{
	const krb5_ticket *decoded = ticket->decoded;
	bool is_type = entry->key.enctype == decoded->enc_part.enctype;
	bool is_name = krb5_principal_compare(ticket->krb5, entry->principal, decoded->server);
	bool is_kvno = entry->vno == ANY_KVNO || entry->vno == decoded->enc_part.kvno;

	if (is_type && decrypts(ticket, &entry->key)) {
		if (!is_permitted(ticket))
			return TICKET_NOT_PERMITTED;
		return is_name && is_kvno ? TICKET_FITS : TICKET_FITS_OTHERWISE;
	}
	if (!is_name)
		return TICKET_NO_PRINCIPAL;
	if (!is_kvno)
		return TICKET_NO_KVNO;
	return is_type ? TICKET_WRONG_KEY : TICKET_NO_ENCTYPE;
}

static void append_entry(
    struct buffer *by, const struct ticket *ticket, const krb5_keytab_entry *entry)
{
	char *principal = NULL;

	if (krb5_unparse_name(ticket->krb5, entry->principal, &principal) != 0)
		return;
	buffer_clear(by);
	buffer_append_format(by, "%s:%u", principal, entry->vno);
	krb5_free_unparsed_name(ticket->krb5, principal);
}

static enum ticket_fit try_all(const struct ticket *ticket, krb5_keytab keytab, struct buffer *by)
{
	enum ticket_fit best = TICKET_NO_PRINCIPAL;
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;

	if (krb5_kt_start_seq_get(ticket->krb5, keytab, &cursor) != 0)
		return TICKET_UNREADABLE;
	for (int i = 0; i < MAX_ENTRIES; i++) {
		enum ticket_fit fit;

		if (krb5_kt_next_entry(ticket->krb5, keytab, &entry, &cursor) != 0)
			break;
		fit = try_entry(ticket, &entry);
		if (fit > best && fit == TICKET_FITS_OTHERWISE)
			append_entry(by, ticket, &entry);
		best = fit > best ? fit : best;
		krb5_free_keytab_entry_contents(ticket->krb5, &entry);
	}
	krb5_kt_end_seq_get(ticket->krb5, keytab, &cursor);
	return best;
}

enum ticket_fit ticket_try(const struct ticket *ticket, const char *keytab_file, struct buffer *by)
{
	char auto_free *name = NULL;
	enum ticket_fit fit;
	krb5_keytab keytab;

	if (asprintf(&name, "FILE:%s", keytab_file) < 0) {
		name = NULL;
		return TICKET_UNREADABLE;
	}
	if (krb5_kt_resolve(ticket->krb5, name, &keytab) != 0)
		return TICKET_UNREADABLE;
	fit = try_all(ticket, keytab, by);
	krb5_kt_close(ticket->krb5, keytab);
	return fit;
}

const char *ticket_fit_name(enum ticket_fit fit)
{
	static const char *const names[] = {
	    [TICKET_UNREADABLE] = "unreadable",
	    [TICKET_NO_PRINCIPAL] = "no-principal",
	    [TICKET_NO_KVNO] = "no-kvno",
	    [TICKET_NO_ENCTYPE] = "no-enctype",
	    [TICKET_WRONG_KEY] = "wrong-key",
	    [TICKET_NOT_PERMITTED] = "enctype-not-permitted",
	    [TICKET_FITS_OTHERWISE] = "fits-otherwise",
	    [TICKET_FITS] = "fits",
	};

	return names[fit];
}
