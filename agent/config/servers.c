#include "config/servers.h"

#include "base/hash.h"
#include "config/types.h"

static const struct option options[] = {
    {"name", &option_name, offsetof(struct server_kind, server.name), .is_required = true,
        .help = "the kind's name; also the file's, before .yml"},
    {"title", &option_text, offsetof(struct server_kind, title), .is_required = true,
        .help = "what people call it"},
    {"holds_keys", &option_yes_no, offsetof(struct server_kind, server.holds_keys),
        .is_required = true,
        .help = "whether a worker goes on using a key that the keytab no longer has"},
    {"worker_process", &option_name, offsetof(struct server_kind, server.worker_process),
        .help = "the child process that holds the key, where it is not the server itself"},
    {"inspectors", &option_names, offsetof(struct server_kind, server.inspectors),
        .maximum = CONFIG_MAX_INSPECTORS, .is_required = true,
        .help = "which inspectors read its facts, in this order"},
    {"configuration", &option_paths, offsetof(struct server_kind, server.configuration),
        .maximum = CONFIG_MAX_PATHS,
        .help = "where its configuration usually is; what is not there does not count"},
    {"note", &option_text, offsetof(struct server_kind, note), .is_required = true,
        .help = "how that is known"},
    {"references", &option_words, offsetof(struct server_kind, references), .maximum = 16,
        .help = "where to read about it"},
};

static const struct schema schema = {options, count_of(options)};

struct loading {
	struct servers *servers;
	struct buffer *errors;
	int error;
};

static int read_kind(
    struct loading *loading, const struct document *document, struct server_kind *kind)
{
	struct reading reading = {.schema = &schema, .errors = loading->errors};
	const struct node *root = document_root(document);
	int error = schema_read(&reading, root, kind);

	if (error < 0 || document_is_named(document, kind->server.name))
		return error;
	schema_complain(&reading, node_get(root, "name"),
	    "the name must be the file's, before .yml");
	return -EINVAL;
}

static int on_file(void *context, const char *file)
{
	struct loading *loading = context;
	struct servers *servers = loading->servers;
	struct document auto_call(document_free) *document = NULL;
	struct server_kind kind = {0};
	int error = document_load(&document, file, loading->errors);

	if (error == 0) {
		servers->digest = hash_chain(servers->digest, document_bytes(document));
		error = read_kind(loading, document, &kind);
	}
	if (error == 0)
		error = array_push(servers, kind, SERVERS_MAX);
	if (error == -ENOSPC)
		node_complain(document_root(document), loading->errors,
		    "one kind of server too many: there are at most %d", SERVERS_MAX);
	if (error < 0)
		schema_done(&schema, &kind);
	/* A bad file must not hide what is wrong in the next. */
	if (error < 0 && loading->error == 0)
		loading->error = error;
	return error == -ENOMEM ? error : 0;
}

int servers_load(struct servers *servers, const char *rules_dir, struct buffer *errors)
{
	struct loading loading = {.servers = servers, .errors = errors};
	struct buffer auto_buffer directory;
	int error;

	buffer_init(&directory, 2 * (size_t)FILENAME_MAX);
	buffer_append_format(&directory, "%s/servers", rules_dir);
	error = buffer_error(&directory);
	if (error == 0)
		error = document_each_file(buffer_text(&directory), errors, on_file, &loading);
	return error < 0 ? error : loading.error;
}

void servers_done(struct servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		schema_done(&schema, &servers->items[i]);
	array_done(servers);
}

const struct server_kind *servers_named(const struct servers *servers, const char *name)
{
	for (size_t i = 0; i < servers->count; i++)
		if (strcmp(servers->items[i].server.name, name) == 0)
			return &servers->items[i];
	return NULL;
}
