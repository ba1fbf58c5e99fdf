#include "probe/bounds.h"

#include "confine/confine.h"

#define MAX_CONFIGS 8

/* Name service, Kerberos and TLS, and their configuration; it is over before any of it changes. */
static const struct landlock_path of_the_system[] = {{"/usr", LANDLOCK_READ},
    {"/lib", LANDLOCK_READ}, {"/lib64", LANDLOCK_READ}, {"/run", LANDLOCK_READ},
    {"/etc/ca-certificates", LANDLOCK_READ}, {"/etc/crypto-policies", LANDLOCK_READ},
    {"/etc/gai.conf", LANDLOCK_READ}, {"/etc/group", LANDLOCK_READ},
    {"/etc/gss", LANDLOCK_READ}, {"/etc/host.conf", LANDLOCK_READ},
    {"/etc/hosts", LANDLOCK_READ}, {"/etc/krb5.conf", LANDLOCK_READ},
    {"/etc/krb5.conf.d", LANDLOCK_READ}, {"/etc/ld.so.cache", LANDLOCK_READ},
    {"/etc/localtime", LANDLOCK_READ}, {"/etc/nsswitch.conf", LANDLOCK_READ},
    {"/etc/passwd", LANDLOCK_READ}, {"/etc/pki", LANDLOCK_READ},
    {"/etc/protocols", LANDLOCK_READ}, {"/etc/resolv.conf", LANDLOCK_READ},
    {"/etc/services", LANDLOCK_READ}, {"/etc/ssl", LANDLOCK_READ},
    {"/sys/devices/system/cpu", LANDLOCK_READ}, {"/var/lib/sss", LANDLOCK_READ},
    {"/dev/urandom", LANDLOCK_READ}, {"/dev/null", LANDLOCK_WRITE}};

struct paths {
	struct landlock_path items[count_of(of_the_system) + 2 + MAX_CONFIGS];
	size_t count;
	char configs[MAX_CONFIGS][4096];
};

static void add(struct paths *paths, const char *path)
{
	paths->items[paths->count++] = (struct landlock_path){path, LANDLOCK_READ};
}

/* A list, as in KRB5_CONFIG. */
static void add_configs(struct paths *paths, const char *list)
{
	struct view rest = view_of_text(list), next;

	for (size_t i = 0; i < MAX_CONFIGS && rest.length > 0; i++) {
		view_cut(&rest, ':', &next);
		snprintf(paths->configs[i], sizeof(paths->configs[i]), "%.*s",
		    VIEW_ARGUMENTS(next));
		add(paths, paths->configs[i]);
	}
}

void probe_bounds_enter(const struct probe_options *options)
{
	const char *keytab = options->client_keytab;
	struct paths paths = {.count = count_of(of_the_system)};
	const char *given = options->krb5_config != NULL ? options->krb5_config
	                                                 : getenv("KRB5_CONFIG");

	if (options->unconfined)
		return;
	memcpy(paths.items, of_the_system, sizeof(of_the_system));
	add(&paths, strncmp(keytab, "FILE:", 5) == 0 ? keytab + 5 : keytab);
	add(&paths, options->ca_file);
	add_configs(&paths, given != NULL ? given : "");
	confine(&(struct confine_order){
	    .role = CONFINE_PROBE, .paths = paths.items, .count = paths.count});
}
