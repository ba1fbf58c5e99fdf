#include "common/plugin.h"

#include <stdarg.h>

/* Of a fact's value. */
#define MAX_LIST_BYTES 1000
#define MAX_NAME_BYTES 128

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

/* The verbs take no argument; a process is one plugin. */
static const struct plugin_inspector *this_inspector;

static int describe_inspector(void)
{
	printf("api: 1\nname: %s\nkind: inspector\ntitle: %s\nwith: {}\n", this_inspector->name,
	    this_inspector->title);
	return PLUGIN_DONE;
}

static int check_nothing(void)
{
	return PLUGIN_DONE;
}

int plugin_inspector_main(int argc, char **argv, const struct plugin_inspector *inspector)
{
	const struct plugin_verb verbs[] = {{"describe", describe_inspector},
	    {"check", inspector->check != NULL ? inspector->check : check_nothing},
	    {"inspect", inspector->inspect}};

	this_inspector = inspector;
	return plugin_main(argc, argv, verbs, count_of(verbs));
}

const char *plugin_value(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

size_t plugin_count(const char *name)
{
	char counted[MAX_NAME_BYTES];
	uint64_t count;

	snprintf(counted, sizeof(counted), "%s_COUNT", name);
	if (view_to_uint64(view_of_text(plugin_value(counted)), &count) < 0)
		return 0;
	return (size_t)count;
}

const char *plugin_item(const char *name, size_t number)
{
	char numbered[MAX_NAME_BYTES];
	const char *value;

	snprintf(numbered, sizeof(numbered), "%s_%zu", name, number);
	value = plugin_value(numbered);
	return value != NULL ? value : "";
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

void plugin_facts_unknown(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		plugin_fact_unknown(names[i]);
}

void plugin_list_init(struct plugin_list *list, const char *name)
{
	list->name = name;
	buffer_init(&list->words, MAX_LIST_BYTES);
}

void plugin_list_add(struct plugin_list *list, const char *format, ...)
{
	char auto_free *word = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&word, format, arguments);
	va_end(arguments);
	if (length < 0) {
		word = NULL;
		return;
	}
	if ((size_t)length + 1 > list->words.max_bytes - list->words.length)
		return;
	if (list->words.length > 0)
		buffer_append_byte(&list->words, ' ');
	buffer_append(&list->words, view_of(word, (size_t)length));
}

void plugin_list_done(struct plugin_list *list)
{
	for (size_t i = 0; i < list->words.length; i++)
		if (list->words.data[i] < ' ' || list->words.data[i] > '~')
			list->words.data[i] = '?';
	plugin_fact(list->name, "%s", buffer_text(&list->words));
	buffer_done(&list->words);
}

int64_t plugin_ms(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
