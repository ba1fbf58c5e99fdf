#include "helper/environment.h"

/* A name and a value; a value of NULL is left out. */
static int put(struct environment *environment, const char *name, const char *value)
{
	char auto_free *entry = NULL;
	int error;

	if (value == NULL)
		return 0;
	if (asprintf(&entry, "%s=%s", name, value) < 0) {
		entry = NULL;
		return -ENOMEM;
	}
	error = array_push(environment, entry, ENVIRONMENT_MAX);
	if (error == 0)
		entry = NULL;
	return error;
}

/* `key` in the form of a variable: command → AUTHMEDIC_WITH_COMMAND. */
static int with_name(const char *key, struct buffer *name)
{
	buffer_append_text(name, "AUTHMEDIC_WITH_");
	for (; *key != '\0'; key++) {
		bool lower = *key >= 'a' && *key <= 'z';
		bool plain = lower || (*key >= '0' && *key <= '9') || *key == '_' || *key == '-';

		if (!plain)
			return -EINVAL;
		buffer_append_byte(name, lower	       ? (char)(*key - 'a' + 'A')
					 : *key == '-' ? '_'
						       : *key);
	}
	return buffer_error(name);
}

/* NAME=scalar, or NAME_COUNT=n with NAME_1 … NAME_n. */
static int put_with(struct environment *environment, const struct config_with *with)
{
	struct buffer auto_buffer name;
	char count[24];
	size_t prefix_bytes;
	int error;

	buffer_init(&name, 256);
	error = with_name(with->key, &name);
	if (error < 0)
		return error;
	if (!with->is_list)
		return put(environment, buffer_text(&name),
		    with->values.count > 0 ? with->values.items[0] : "");
	prefix_bytes = name.length;
	buffer_append_text(&name, "_COUNT");
	snprintf(count, sizeof(count), "%zu", with->values.count);
	error = put(environment, buffer_text(&name), count);
	for (size_t i = 0; error == 0 && i < with->values.count; i++) {
		name.length = prefix_bytes;
		buffer_append_format(&name, "_%zu", i + 1);
		error = put(environment, buffer_text(&name), with->values.items[i]);
	}
	return error < 0 ? error : buffer_error(&name);
}

static int put_site(struct environment *environment, const struct config_site *site)
{
	const struct {
		const char *name;
		const char *value;
	} values[] = {
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

	for (size_t i = 0; error == 0 && i < count_of(values); i++)
		error = put(environment, values[i].name, values[i].value);
	return error;
}

int environment_make(struct environment *environment, const struct config_site *site,
    const struct config_rung *rung, const char *action_id)
{
	char *end = NULL;
	int error = put_site(environment, site);

	if (error == 0)
		error = put(environment, "AUTHMEDIC_ACTION_ID", action_id);
	for (size_t i = 0; error == 0 && rung != NULL && i < rung->with.count; i++)
		error = put_with(environment, &rung->with.items[i]);
	if (error == 0)
		error = array_push(environment, end, ENVIRONMENT_MAX + 1);
	return error;
}

void environment_done(struct environment *environment)
{
	for (size_t i = 0; i < environment->count; i++)
		free(environment->items[i]);
	array_done(environment);
}
