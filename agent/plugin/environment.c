#include "plugin/environment.h"

#include <ctype.h>

static int put(struct environment *environment, const char *format, ...) format_like(2, 3);

static int put(struct environment *environment, const char *format, ...)
{
	char *entry;
	va_list arguments;
	int error;

	va_start(arguments, format);
	if (vasprintf(&entry, format, arguments) < 0)
		entry = NULL;
	va_end(arguments);
	if (entry == NULL)
		return -ENOMEM;
	error = array_push(environment, entry, ENVIRONMENT_MAX);
	if (error < 0)
		free(entry);
	return error;
}

/* NAME_COUNT=n with NAME_1 … NAME_n. */
static int put_list(
    struct environment *environment, const char *name, const struct config_words *values)
{
	int error = 0;

	for (size_t i = 0; i < values->count && error == 0; i++)
		error = put(environment, "%s_%zu=%s", name, i + 1, values->items[i]);
	return error < 0 ? error : put(environment, "%s_COUNT=%zu", name, values->count);
}

/* The configuration took no other keys than those of small letters, digits and underscores. */
static int put_with(struct environment *environment, const struct config_with *with)
{
	char name[sizeof("AUTHMEDIC_WITH_") + CONFIG_MAX_NAME_BYTES];
	const struct config_words *values = &with->values;

	snprintf(name, sizeof(name), "AUTHMEDIC_WITH_%s", with->key);
	for (char *byte = name; *byte != '\0'; byte++)
		*byte = (char)toupper((unsigned char)*byte);
	if (with->is_list)
		return put_list(environment, name, values);
	return put(environment, "%s=%s", name, values->count > 0 ? values->items[0] : "");
}

/* The server's own files: those of its kind, then those of the site. */
static int put_configuration(struct environment *environment, const struct config_site *site)
{
	const struct config_words *lists[] = {&site->server.configuration, &site->configuration};
	size_t count = 0;
	int error = 0;

	for (size_t i = 0; i < count_of(lists); i++)
		for (size_t j = 0; j < lists[i]->count && error == 0; j++)
			error = put(environment, "AUTHMEDIC_CONFIGURATION_%zu=%s", ++count,
			    lists[i]->items[j]);
	return error < 0 || count == 0
	           ? error
	           : put(environment, "AUTHMEDIC_CONFIGURATION_COUNT=%zu", count);
}

static int put_site(struct environment *environment, const struct config_site *site)
{
	const char *const values[][2] = {
	    {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
	    {"LC_ALL", "C.UTF-8"},
	    {"AUTHMEDIC_CONTRACT", "1"},
	    {"AUTHMEDIC_SITE", site->name},
	    {"AUTHMEDIC_SERVER", site->server.name},
	    {"AUTHMEDIC_SERVER_WORKER_PROCESS", site->server.worker_process},
	    {"AUTHMEDIC_SERVICE", site->service},
	    {"AUTHMEDIC_KEYTAB", site->keytab},
	    {"AUTHMEDIC_KRB5_CONFIG", site->krb5_config},
	    {"AUTHMEDIC_WORKER_PIDFILE", site->worker.pidfile},
	    {"AUTHMEDIC_WORKER_UNIT", site->worker.unit},
	    {"AUTHMEDIC_WORKER_PROCESS", site->worker.process},
	};
	int error = 0;

	for (size_t i = 0; i < count_of(values) && error == 0; i++)
		if (values[i][1] != NULL)
			error = put(environment, "%s=%s", values[i][0], values[i][1]);
	return error;
}

/* What a remedy has no use for. */
static int put_for_inspectors(
    struct environment *environment, const struct config_site *site)
{
	int error = 0;

	if (site->probe.client_keytab != NULL)
		error = put(environment, "AUTHMEDIC_PROBE_CLIENT_KEYTAB=%s",
		    site->probe.client_keytab);
	if (error == 0 && site->probe.client_principal != NULL)
		error = put(environment, "AUTHMEDIC_PROBE_CLIENT_PRINCIPAL=%s",
		    site->probe.client_principal);
	return error < 0 ? error : put_configuration(environment, site);
}

int environment_make(struct environment *environment, const struct environment_order *order)
{
	const struct config_rung *rung = order->rung;
	int error = put_site(environment, order->site);

	if (error == 0 && rung == NULL)
		error = put_for_inspectors(environment, order->site);
	if (error == 0 && order->action_id != NULL)
		error = put(environment, "AUTHMEDIC_ACTION_ID=%s", order->action_id);
	if (error == 0 && order->state_folder != NULL)
		error = put(environment, "AUTHMEDIC_STATE_DIR=%s", order->state_folder);
	for (size_t i = 0; error == 0 && rung != NULL && i < rung->with.count; i++)
		error = put_with(environment, &rung->with.items[i]);
	return error < 0 ? error : array_push(environment, NULL, ENVIRONMENT_MAX + 1);
}

void environment_done(struct environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		free(environment->items[i]);
	array_done(environment);
}
