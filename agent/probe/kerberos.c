#include "probe/kerberos.h"

#include <errno.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <time.h>

#include "base/base64.h"
#include "probe/krb_error.h"

#define MAX_DETAIL_BYTES     512
#define MAX_GSS_MESSAGES     4
#define MAX_CACHE_NAME_BYTES 256
#define HALF_SECOND_MS       500

struct kerberos {
	krb5_context context;
	krb5_keytab keytab;
	krb5_ccache cache;
	krb5_principal client;
	krb5_principal service;
	krb5_creds *credentials; /* for the service */
	bool wants_time_only;
	bool knows_kdc_skew;
	int64_t kdc_skew_ms;
	enum probe_reason reason;
	struct buffer detail;
};

static gss_OID_desc spnego = {6, "\x2b\x06\x01\x05\x05\x02"};

static const struct {
	krb5_error_code code;
	enum probe_reason reason;
} code_reasons[] = {
    {KRB5_KDC_UNREACH, PROBE_KDC_UNREACHABLE},
    {KRB5KDC_ERR_SVC_UNAVAILABLE, PROBE_KDC_UNREACHABLE},
    {KRB5_REALM_CANT_RESOLVE, PROBE_KDC_UNREACHABLE},
    {KRB5_REALM_UNKNOWN, PROBE_REALM_UNKNOWN},
    {KRB5KDC_ERR_WRONG_REALM, PROBE_REALM_UNKNOWN},
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, PROBE_CLIENT_UNKNOWN},
    {KRB5KDC_ERR_CLIENT_REVOKED, PROBE_CLIENT_REFUSED},
    {KRB5KDC_ERR_CLIENT_NOTYET, PROBE_CLIENT_REFUSED},
    {KRB5KDC_ERR_NAME_EXP, PROBE_CLIENT_REFUSED},
    {KRB5KDC_ERR_KEY_EXP, PROBE_CLIENT_REFUSED},
    {KRB5KDC_ERR_POLICY, PROBE_CLIENT_REFUSED},
    {KRB5KDC_ERR_PREAUTH_FAILED, PROBE_CLIENT_KEY},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, PROBE_CLIENT_KEY},
    {KRB5_KT_KVNONOTFOUND, PROBE_CLIENT_KEY},
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, PROBE_SERVICE_UNKNOWN},
    {KRB5KDC_ERR_SERVICE_REVOKED, PROBE_SERVICE_UNKNOWN},
    {KRB5KDC_ERR_SERVICE_EXP, PROBE_SERVICE_UNKNOWN},
    {KRB5KRB_AP_ERR_SKEW, PROBE_CLOCK_SKEW},
    {KRB5_KDCREP_SKEW, PROBE_CLOCK_SKEW},
    {KRB5KRB_AP_ERR_TKT_NYV, PROBE_CLOCK_SKEW},
    {KRB5KDC_ERR_NEVER_VALID, PROBE_CLOCK_SKEW},
    {KRB5_KT_NOTFOUND, PROBE_CLIENT_KEYTAB},
};

int kerberos_new(struct kerberos **ret_kerberos)
{
	struct kerberos *kerberos = calloc(1, sizeof(*kerberos));

	if (kerberos == NULL)
		return -ENOMEM;
	kerberos->reason = PROBE_INTERNAL;
	buffer_init(&kerberos->detail, MAX_DETAIL_BYTES);
	*ret_kerberos = kerberos;
	return 0;
}

void kerberos_free(struct kerberos **kerberos)
{
	struct kerberos *freed = *kerberos;

	if (freed == NULL)
		return;
	if (freed->context != NULL) {
		krb5_free_creds(freed->context, freed->credentials);
		krb5_free_principal(freed->context, freed->service);
		krb5_free_principal(freed->context, freed->client);
		if (freed->cache != NULL)
			krb5_cc_destroy(freed->context, freed->cache);
		if (freed->keytab != NULL)
			krb5_kt_close(freed->context, freed->keytab);
		krb5_free_context(freed->context);
	}
	buffer_done(&freed->detail);
	free(freed);
	*kerberos = NULL;
}

enum probe_reason kerberos_reason(const struct kerberos *kerberos)
{
	return kerberos->reason;
}

const char *kerberos_detail(const struct kerberos *kerberos)
{
	return buffer_text(&kerberos->detail);
}

static void append_detail(struct kerberos *kerberos, struct view text)
{
	struct buffer *detail = &kerberos->detail;

	buffer_append(detail, view_first(text, detail->max_bytes - detail->length));
}

/* Keeps the failure with the library's own words for it. */
static int fail(struct kerberos *kerberos, krb5_error_code code, enum probe_reason reason)
{
	const char *message = krb5_get_error_message(kerberos->context, code);

	buffer_clear(&kerberos->detail);
	append_detail(kerberos, view_of_text(message));
	krb5_free_error_message(kerberos->context, message);
	kerberos->reason = reason;
	return -ENOKEY;
}

/* The same for what the KDC (or the way there) gave. */
static int fail_with_code(struct kerberos *kerberos, krb5_error_code code)
{
	for (size_t i = 0; i < count_of(code_reasons); i++)
		if (code_reasons[i].code == code)
			return fail(kerberos, code, code_reasons[i].reason);
	return fail(kerberos, code, PROBE_KERBEROS);
}

/* ------------------------------------------------------------------------ the KDC's clock */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void note_kdc_time(struct kerberos *kerberos, int64_t time_ms)
{
	kerberos->knows_kdc_skew = true;
	kerberos->kdc_skew_ms = time_ms - now_ms();
}

/* Before it knows a client the KDC asks for proof, in an error that tells its time. */
static krb5_error_code on_kdc_reply(krb5_context context, void *argument, krb5_error_code code,
    unused_parameter const krb5_data *realm, unused_parameter const krb5_data *message,
    const krb5_data *reply, unused_parameter krb5_data **new_reply)
{
	struct kerberos *kerberos = argument;
	struct krb_error error;

	if (code != 0 || reply == NULL ||
	    krb_error_read(context, view_of(reply->data, reply->length), &error) < 0)
		return code;
	note_kdc_time(kerberos, error.time_ms);
	return kerberos->wants_time_only ? ECANCELED : 0;
}

int kerberos_kdc_skew_ms(const struct kerberos *kerberos, int64_t *ret_skew_ms)
{
	if (!kerberos->knows_kdc_skew)
		return -ENODATA;
	*ret_skew_ms = kerberos->kdc_skew_ms;
	return 0;
}

int kerberos_read_error(
    struct kerberos *kerberos, struct view message, struct kerberos_error *ret_error)
{
	struct krb_error read;
	int error = krb_error_read(kerberos->context, message, &read);

	if (error == 0)
		*ret_error = (struct kerberos_error){read.code, read.time_ms - now_ms()};
	return error;
}

/* -------------------------------------------------------------------------------- tickets */

static int open_context(struct kerberos *kerberos)
{
	krb5_error_code code = krb5_init_context(&kerberos->context);

	if (code != 0)
		return fail(kerberos, code, PROBE_KRB5_CONFIG);
	krb5_set_kdc_recv_hook(kerberos->context, on_kdc_reply, kerberos);
	return 0;
}

static int open_keytab(struct kerberos *kerberos, const char *path)
{
	struct buffer auto_buffer name;
	krb5_error_code code;

	/* The prefix keeps a path with a colon from naming another kind of keytab. */
	buffer_init(&name, MAX_CACHE_NAME_BYTES + 4096);
	buffer_append_format(&name, "FILE:%s", path);
	if (buffer_error(&name) < 0)
		return fail(kerberos, ENAMETOOLONG, PROBE_CLIENT_KEYTAB);
	code = krb5_kt_resolve(kerberos->context, buffer_text(&name), &kerberos->keytab);
	if (code == 0)
		code = krb5_kt_have_content(kerberos->context, kerberos->keytab);
	return code == 0 ? 0 : fail(kerberos, code, PROBE_CLIENT_KEYTAB);
}

static int use_first_principal(struct kerberos *kerberos)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code =
	    krb5_kt_start_seq_get(kerberos->context, kerberos->keytab, &cursor);

	if (code != 0)
		return fail(kerberos, code, PROBE_CLIENT_KEYTAB);
	code = krb5_kt_next_entry(kerberos->context, kerberos->keytab, &entry, &cursor);
	if (code == 0) {
		code = krb5_copy_principal(
		    kerberos->context, entry.principal, &kerberos->client);
		krb5_free_keytab_entry_contents(kerberos->context, &entry);
	}
	krb5_kt_end_seq_get(kerberos->context, kerberos->keytab, &cursor);
	return code == 0 ? 0 : fail(kerberos, code, PROBE_CLIENT_KEYTAB);
}

static int parse_name(struct kerberos *kerberos, const char *text, krb5_principal *principal)
{
	krb5_error_code code = krb5_parse_name(kerberos->context, text, principal);

	if (code == KRB5_CONFIG_NODEFREALM)
		return fail(kerberos, code, PROBE_KRB5_CONFIG);
	return code == 0 ? 0 : fail(kerberos, code, PROBE_BAD_PRINCIPAL);
}

static int prepare(struct kerberos *kerberos, const struct kerberos_request *request)
{
	int error = open_context(kerberos);

	if (error == 0)
		error = open_keytab(kerberos, request->client_keytab);
	if (error < 0)
		return error;
	error = parse_name(kerberos, request->service, &kerberos->service);
	if (error < 0)
		return error;
	if (request->client_principal == NULL)
		return use_first_principal(kerberos);
	return parse_name(kerberos, request->client_principal, &kerberos->client);
}

/* Signs the client in: the ticket-granting ticket goes into a cache of our own in memory. */
static int get_first_ticket(struct kerberos *kerberos)
{
	krb5_context context = kerberos->context;
	krb5_get_init_creds_opt *options = NULL;
	krb5_creds credentials = {0};
	krb5_error_code code = krb5_cc_new_unique(context, "MEMORY", NULL, &kerberos->cache);

	if (code == 0)
		code = krb5_cc_initialize(context, kerberos->cache, kerberos->client);
	if (code == 0)
		code = krb5_get_init_creds_opt_alloc(context, &options);
	if (code == 0)
		code = krb5_get_init_creds_opt_set_out_ccache(context, options, kerberos->cache);
	if (code == 0)
		code = krb5_get_init_creds_keytab(context, &credentials, kerberos->client,
		    kerberos->keytab, 0, NULL, options);
	/* A KDC that asks for no proof tells its time in the ticket, in whole seconds: half of one
	 * more is the best guess. */
	if (code == 0 && !kerberos->knows_kdc_skew)
		note_kdc_time(kerberos,
		    (int64_t)(uint32_t)credentials.times.authtime * 1000 + HALF_SECOND_MS);
	krb5_free_cred_contents(context, &credentials);
	krb5_get_init_creds_opt_free(context, options);
	return code == 0 ? 0 : fail_with_code(kerberos, code);
}

static krb5_error_code read_ticket(
    krb5_context context, const krb5_data *encoded, struct kerberos_ticket *ret_ticket)
{
	struct kerberos_ticket read = {0};
	krb5_ticket *ticket;
	char *principal = NULL;
	krb5_error_code code = krb5_decode_ticket(encoded, &ticket);

	if (code != 0)
		return code;
	read.kvno = ticket->enc_part.kvno;
	code = krb5_enctype_to_name(
	    ticket->enc_part.enctype, FALSE, read.enctype, sizeof(read.enctype));
	if (code != 0) /* a type newer than the library */
		snprintf(read.enctype, sizeof(read.enctype), "%d", ticket->enc_part.enctype);
	code = krb5_unparse_name(context, ticket->server, &principal);
	if (code == 0) {
		snprintf(read.principal, sizeof(read.principal), "%s", principal);
		*ret_ticket = read;
	}
	krb5_free_unparsed_name(context, principal);
	krb5_free_ticket(context, ticket);
	return code;
}

int kerberos_get_ticket(struct kerberos *kerberos, const struct kerberos_request *request,
    struct kerberos_ticket *ret_ticket)
{
	krb5_creds wanted = {0};
	krb5_error_code code;
	int error = prepare(kerberos, request);

	if (error == 0)
		error = get_first_ticket(kerberos);
	if (error < 0)
		return error;
	wanted.client = kerberos->client;
	wanted.server = kerberos->service;
	code = krb5_get_credentials(
	    kerberos->context, 0, kerberos->cache, &wanted, &kerberos->credentials);
	if (code == 0)
		code = read_ticket(kerberos->context, &kerberos->credentials->ticket, ret_ticket);
	return code == 0 ? 0 : fail_with_code(kerberos, code);
}

struct view kerberos_ticket_bytes(const struct kerberos *kerberos)
{
	const krb5_creds *credentials = kerberos->credentials;

	return credentials == NULL
	           ? view_of(NULL, 0)
	           : view_of(credentials->ticket.data, credentials->ticket.length);
}

int kerberos_ask_time(struct kerberos *kerberos, const char *principal)
{
	krb5_creds credentials = {0};
	krb5_error_code code;
	int error = open_context(kerberos);

	if (error == 0)
		error = parse_name(kerberos, principal, &kerberos->client);
	if (error < 0)
		return error;
	/* The first request offers no proof. The library goes no further than the refusal, so that
	 * no wrong password is counted against anybody. */
	kerberos->wants_time_only = true;
	code = krb5_get_init_creds_password(
	    kerberos->context, &credentials, kerberos->client, "", NULL, NULL, 0, NULL, NULL);
	krb5_free_cred_contents(kerberos->context, &credentials);
	return kerberos->knows_kdc_skew ? 0 : fail_with_code(kerberos, code);
}

/* --------------------------------------------------------------------------------- tokens */

static void append_gss_messages(struct kerberos *kerberos, OM_uint32 status, int kind)
{
	OM_uint32 more = 0;

	for (int i = 0; i < MAX_GSS_MESSAGES; i++) {
		gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
		OM_uint32 minor;

		if (GSS_ERROR(gss_display_status(
		        &minor, status, kind, GSS_C_NO_OID, &more, &text)))
			return;
		if (kerberos->detail.length > 0)
			append_detail(kerberos, VIEW("; "));
		append_detail(kerberos, view_of(text.value, text.length));
		gss_release_buffer(&minor, &text);
		if (more == 0)
			return;
	}
}

static int fail_with_gss(struct kerberos *kerberos, OM_uint32 major, OM_uint32 minor)
{
	buffer_clear(&kerberos->detail);
	append_gss_messages(kerberos, major, GSS_C_GSS_CODE);
	append_gss_messages(kerberos, minor, GSS_C_MECH_CODE);
	kerberos->reason = PROBE_KERBEROS;
	return -ENOKEY;
}

/* The credential in our cache, for SPNEGO with Kerberos as its only mechanism. */
static OM_uint32 acquire(struct kerberos *kerberos, OM_uint32 *minor, gss_cred_id_t *credential)
{
	char cache_name[MAX_CACHE_NAME_BYTES];
	gss_key_value_element_desc element = {"ccache", cache_name};
	gss_key_value_set_desc store = {1, &element};
	gss_OID_set_desc spnego_only = {1, &spnego};
	gss_OID_set_desc kerberos_only = {1, gss_mech_krb5};
	OM_uint32 major;

	snprintf(cache_name, sizeof(cache_name), "MEMORY:%s",
	    krb5_cc_get_name(kerberos->context, kerberos->cache));
	major = gss_acquire_cred_from(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &spnego_only,
	    GSS_C_INITIATE, &store, credential, NULL, NULL);
	if (!GSS_ERROR(major))
		major = gss_set_neg_mechs(minor, *credential, &kerberos_only);
	return major;
}

/* The name as it was given, not made up from the URL. */
static OM_uint32 import_service(struct kerberos *kerberos, OM_uint32 *minor, gss_name_t *name)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	char *unparsed = NULL;
	OM_uint32 major;

	*minor = (OM_uint32)krb5_unparse_name(kerberos->context, kerberos->service, &unparsed);
	if (*minor != 0)
		return GSS_S_FAILURE;
	text.value = unparsed;
	text.length = strlen(unparsed);
	major = gss_import_name(minor, &text, GSS_KRB5_NT_PRINCIPAL_NAME, name);
	krb5_free_unparsed_name(kerberos->context, unparsed);
	return major;
}

int kerberos_append_token(struct kerberos *kerberos, struct buffer *token)
{
	gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_name_t name = GSS_C_NO_NAME;
	gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor = 0;
	OM_uint32 ignored;
	OM_uint32 major = acquire(kerberos, &minor, &credential);

	if (!GSS_ERROR(major))
		major = import_service(kerberos, &minor, &name);
	if (!GSS_ERROR(major))
		major = gss_init_sec_context(&minor, credential, &context, name, &spnego,
		    GSS_C_MUTUAL_FLAG, GSS_C_INDEFINITE, GSS_C_NO_CHANNEL_BINDINGS,
		    GSS_C_NO_BUFFER, NULL, &output, NULL, NULL);
	if (GSS_ERROR(major))
		fail_with_gss(kerberos, major, minor);
	else
		base64_append(token, view_of(output.value, output.length));
	gss_release_buffer(&ignored, &output);
	gss_delete_sec_context(&ignored, &context, GSS_C_NO_BUFFER);
	gss_release_name(&ignored, &name);
	gss_release_cred(&ignored, &credential);
	return GSS_ERROR(major) ? -ENOKEY : buffer_error(token);
}
