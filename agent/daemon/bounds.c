#include "daemon/bounds.h"

#include <errno.h>
#include <limits.h>

#include "base/array.h"

#define MAX_PATHS 8192

struct bounds {
	array_of(struct landlock_path) paths; /* as they are, without links */
	uint16_t ports[CONFIG_MAX_LISTEN];
	size_t port_count;
	const char *why_not; /* static; NULL: they are entered */
};

/* The C library, name service and TLS; what configures them; what runs tells there. The files are
 * replaced by others now and then, so it is the folders. */
static const struct landlock_path of_the_system[] = {{"/usr", LANDLOCK_READ},
    {"/lib", LANDLOCK_READ}, {"/lib64", LANDLOCK_READ}, {"/etc", LANDLOCK_READ},
    {"/proc", LANDLOCK_READ}, {"/run", LANDLOCK_READ}, {"/var/lib/sss", LANDLOCK_READ},
    {"/sys/devices/system/cpu", LANDLOCK_READ}, {"/dev/urandom", LANDLOCK_READ},
    {"/dev/null", LANDLOCK_WRITE}};

/* ------------------------------------------------------------------------------- the paths */

static bool is_root(const char *path)
{
	return strcmp(path, "/") == 0;
}

static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		slash[slash == path] = '\0';
}

/* What is there of the path; what is not is left out. */
static int add(struct bounds *bounds, const char *path, enum landlock_access access)
{
	struct landlock_path found = {realpath(path, NULL), access};
	int error = 0;

	if (found.path != NULL)
		error = array_push(&bounds->paths, found, MAX_PATHS);
	if (error < 0)
		free((char *)found.path);
	return error;
}

/* The folder that a file is in, where it or the file may be replaced. */
static int add_folder_of(
    struct bounds *bounds, const char *file, enum landlock_access access)
{
	char auto_free *folder = file != NULL ? strdup(file) : NULL;

	if (folder == NULL)
		return file != NULL ? -ENOMEM : 0;
	cut_last(folder);
	return add(bounds, folder, access);
}

static int add_folders_of(struct bounds *bounds, const char *const *files, size_t count)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++)
		error = add_folder_of(bounds, files[i], LANDLOCK_READ);
	return error;
}

/* Logs are rotated and their folders made anew, so it is the folder above, but never all there is;
 * and the folder that a link to a log leads to now. */
static int add_log(struct bounds *bounds, const char *log)
{
	char auto_free *folder = strndup(log, strcspn(log, "*?["));
	char auto_free *target = realpath(log, NULL);
	char *above;
	int error = 0;

	if (folder == NULL)
		return -ENOMEM;
	cut_last(folder);
	above = strrchr(folder, '/');
	if (above != NULL && above != folder)
		*above = '\0';
	if (!is_root(folder))
		error = add(bounds, folder, LANDLOCK_READ);
	return error < 0 ? error : add_folder_of(bounds, target, LANDLOCK_READ);
}

static int add_site(struct bounds *bounds, const struct config_site *site)
{
	const char *files[] = {
	    site->probe.client_keytab, site->probe.ca_file, site->krb5_config};
	int error = 0;

	for (size_t i = 0; error == 0 && i < site->logs.count; i++)
		error = add_log(bounds, site->logs.items[i].path);
	return error < 0 ? error : add_folders_of(bounds, files, count_of(files));
}

static int add_fleet(struct bounds *bounds, const struct config_fleet *fleet)
{
	const char *files[] = {
	    fleet->ca_file, fleet->certificate_file, fleet->key_file, fleet->password_file};

	return add_folders_of(bounds, files, count_of(files));
}

static int add_receiver(struct bounds *bounds, const struct config_notify *notify)
{
	const char *files[] = {notify->url_file, notify->secret_file, notify->ca_file};

	return add_folders_of(bounds, files, count_of(files));
}

/* The files are read anew with each reload, and a socket of ours made anew. */
static int add_endpoint(struct bounds *bounds, const struct config_http *http)
{
	const char *files[] = {http->certificate_file, http->key_file, http->users_file};
	const size_t local = strlen(CONFIG_LISTEN_UNIX);
	int error = add_folders_of(bounds, files, count_of(files));

	for (size_t i = 0; error == 0 && i < http->listen.count; i++)
		if (strncmp(http->listen.items[i], CONFIG_LISTEN_UNIX, local) == 0)
			error = add_folder_of(
			    bounds, http->listen.items[i] + local, LANDLOCK_SOCKETS);
	return error;
}

static int add_configured(
    struct bounds *bounds, const struct config *config, const char *config_file)
{
	int error = add_folder_of(bounds, config_file, LANDLOCK_READ);

	if (error == 0)
		error = add(bounds, config->state_dir, LANDLOCK_WRITE);
	if (error == 0)
		error = add(bounds, config->rules_dir, LANDLOCK_READ);
	if (error == 0)
		error = add(bounds, config->programs_dir, LANDLOCK_EXECUTE);
	if (error == 0)
		error = add_fleet(bounds, &config->fleet);
	if (error == 0)
		error = add_endpoint(bounds, &config->http);
	for (size_t i = 0; error == 0 && i < config->sites.count; i++)
		error = add_site(bounds, &config->sites.items[i]);
	for (size_t i = 0; error == 0 && i < config->notify.count; i++)
		error = add_receiver(bounds, &config->notify.items[i]);
	return error;
}

/* What the probe of a site may find its Kerberos in, like us. */
static int add_environment(struct bounds *bounds)
{
	const char *given = getenv("KRB5_CONFIG");
	struct view rest = view_of_text(given != NULL ? given : ""), next;
	int error = 0;

	while (error == 0 && rest.length > 0) {
		char auto_free *file = NULL;

		view_cut(&rest, ':', &next);
		file = view_to_text(next);
		error = file != NULL ? add_folder_of(bounds, file, LANDLOCK_READ) : -ENOMEM;
	}
	return error;
}

static int add_all(struct bounds *bounds, const struct config *config, const char *config_file)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < count_of(of_the_system); i++)
		error = add(bounds, of_the_system[i].path, of_the_system[i].access);
	if (error == 0 && landlock_loader() != NULL)
		error = add(bounds, landlock_loader(), LANDLOCK_EXECUTE);
	if (error == 0)
		error = add_environment(bounds);
	return error < 0 ? error : add_configured(bounds, config, config_file);
}

/* ----------------------------------------------------------------------------------- the rest */

static const char *why_not(const struct config *config)
{
	if (config->confinement == CONFIG_CONFINEMENT_OFF)
		return "switched off by confinement: off";
	if (config->helper_spawn)
		return "the remedies are our children, with helper: spawn, and would be as well";
	for (size_t i = 0; i < config->sites.count; i++)
		if (config->sites.items[i].probe.command.count > 0)
			return "a site has a probe command of its own, which would be as well";
	return NULL;
}

static uint16_t port_of(const char *listen)
{
	const char *colon = strrchr(listen, ':');
	uint64_t port = 0;

	if (colon == NULL || view_to_uint64(view_of_text(colon + 1), &port) < 0 ||
	    port > UINT16_MAX)
		return 0;
	return (uint16_t)port;
}

static void add_ports(struct bounds *bounds, const struct config_http *http)
{
	for (size_t i = 0; i < http->listen.count; i++) {
		uint16_t port = port_of(http->listen.items[i]);

		if (port != 0)
			bounds->ports[bounds->port_count++] = port;
	}
}

int bounds_new(struct bounds **ret_bounds, const struct config *config, const char *config_file)
{
	struct bounds *bounds = calloc(1, sizeof(*bounds));
	int error;

	if (bounds == NULL)
		return -ENOMEM;
	bounds->why_not = why_not(config);
	add_ports(bounds, &config->http);
	error = add_all(bounds, config, config_file);
	if (error < 0)
		bounds_free(&bounds);
	else
		*ret_bounds = bounds;
	return error;
}

void bounds_free(struct bounds **freeing)
{
	struct bounds *bounds = *freeing;

	*freeing = NULL;
	if (bounds == NULL)
		return;
	for (size_t i = 0; i < bounds->paths.count; i++)
		free((char *)bounds->paths.items[i].path);
	array_done(&bounds->paths);
	free(bounds);
}

struct confinement bounds_enter(const struct bounds *bounds)
{
	return confine(&(struct confine_order){.role = CONFINE_DAEMON,
	    .why_not = bounds->why_not,
	    .paths = bounds->paths.items,
	    .count = bounds->paths.count,
	    .listening_ports = bounds->ports,
	    .port_count = bounds->port_count});
}

static bool is_within(const struct landlock_path *inner, const struct landlock_path *outer)
{
	size_t length = is_root(outer->path) ? 0 : strlen(outer->path);

	return (inner->access == LANDLOCK_READ || inner->access == outer->access) &&
	       strncmp(inner->path, outer->path, length) == 0 &&
	       (inner->path[length] == '\0' || inner->path[length] == '/');
}

static bool has(const struct bounds *bounds, const struct landlock_path *path)
{
	for (size_t i = 0; i < bounds->paths.count; i++)
		if (is_within(path, &bounds->paths.items[i]))
			return true;
	return false;
}

static bool has_port(const struct bounds *bounds, uint16_t port)
{
	for (size_t i = 0; i < bounds->port_count; i++)
		if (bounds->ports[i] == port)
			return true;
	return false;
}

#define GIVEN_UP "authmedicd gave up at its start what it would need now; start it anew for "

bool bounds_hold(const struct bounds *bounds, const struct bounds *wanted, struct buffer *errors)
{
	size_t before = errors->length;

	if (bounds->why_not != NULL)
		return true;
	if (wanted->why_not != NULL)
		buffer_append_format(
		    errors, GIVEN_UP "not being confined (%s)\n", wanted->why_not);
	for (size_t i = 0; i < wanted->port_count; i++)
		if (!has_port(bounds, wanted->ports[i]))
			buffer_append_format(
			    errors, GIVEN_UP "another port, %u\n", wanted->ports[i]);
	for (size_t i = 0; i < wanted->paths.count; i++)
		if (!has(bounds, &wanted->paths.items[i]))
			buffer_append_format(
			    errors, GIVEN_UP "%s\n", wanted->paths.items[i].path);
	return errors->length == before;
}
