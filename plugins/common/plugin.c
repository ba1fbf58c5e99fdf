#include "common/plugin.h"

#include <stdarg.h>

int plugin_main(int argc, char **argv, const struct plugin_verb *verbs, size_t verb_count)
{
	const char *contract = plugin_value("AUTHMEDIC_CONTRACT");

	if (argc != 2) {
		fprintf(stderr, "usage: %s VERB\n", argc > 0 ? argv[0] : "plugin");
		return PLUGIN_BAD_CONFIG;
	}
	if (contract != NULL && strcmp(contract, "1") != 0) {
		fprintf(stderr, "%s: speaks contract 1 only\n", argv[0]);
		return PLUGIN_BAD_CONFIG;
	}
	for (size_t i = 0; i < verb_count; i++) {
		if (strcmp(argv[1], verbs[i].name) == 0) {
			int status = verbs[i].run();

			return fflush(stdout) == 0 ? status : PLUGIN_FAILED;
		}
	}
	fprintf(stderr, "%s: no verb %.40s\n", argv[0], argv[1]);
	return PLUGIN_BAD_CONFIG;
}

const char *plugin_value(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

void plugin_fact(const char *name, const char *format, ...)
{
	va_list arguments;

	printf("%s=", name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

void plugin_fact_time(const char *name, int64_t time_ms)
{
	plugin_fact(name, "%lld.%03d", (long long)(time_ms / 1000), (int)(time_ms % 1000));
}

void plugin_fact_yes(const char *name, bool yes)
{
	plugin_fact(name, "%s", yes ? "yes" : "no");
}

void plugin_fact_unknown(const char *name)
{
	plugin_fact(name, "unknown");
}
