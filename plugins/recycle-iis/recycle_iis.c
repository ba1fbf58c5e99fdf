#include "common/plugin.h"
#include "common/recycling.h"

static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-";

struct settings {
	const char *pool;
	char argument[512];
	struct remedy_command command;
};

static int describe(void)
{
	fputs("api: 1\n"
	      "name: recycle-iis\n"
	      "kind: remedy\n"
	      "title: recycle an application pool of IIS\n"
	      "with:\n"
	      "  pool: {type: text, required: true, title: 'its name'}\n"
	      "  appcmd: {type: path, required: false, title: 'where appcmd is; looked for in PATH "
	      "by default'}\n"
	      "reversible: false\n"
	      "disruption: 'none where the new worker starts before the old one ends; sessions in "
	      "the worker are lost'\n",
	    stdout);
	return PLUGIN_DONE;
}

static int read_settings(struct settings *settings)
{
	const char *pool = remedy_value("pool", NULL);

	if (pool == NULL || pool[0] == '-' || pool[strspn(pool, good)] != '\0' ||
	    strlen(pool) > 256)
		return remedy_complain("with.pool must name one application pool");
	settings->pool = pool;
	snprintf(settings->argument, sizeof(settings->argument), "/apppool.name:%s", pool);
	settings->command = (struct remedy_command){
	    {remedy_value("appcmd", "appcmd"), "recycle", "apppool", settings->argument}, 4};
	return PLUGIN_DONE;
}

static int check(void)
{
	struct settings settings = {0};
	int result = read_settings(&settings);

	if (result == PLUGIN_DONE)
		remedy_tell_command(&settings.command);
	return result;
}

static int apply(void)
{
	struct settings settings = {0};
	int result = read_settings(&settings);

	if (result == PLUGIN_DONE)
		result = remedy_run_and_tell(&settings.command);
	if (result == PLUGIN_DONE)
		printf("the pool %s was recycled\n", settings.pool);
	return result;
}

int main(int argc, char **argv)
{
	static const struct plugin_verb verbs[] = {{"describe", describe}, {"check", check},
	    {"apply", apply}, {"revert", recycling_revert}};

	return plugin_main(argc, argv, verbs, count_of(verbs));
}
