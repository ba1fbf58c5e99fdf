#include "config/config.h"


#include "base/hash.h"
#include "config/checks.h"
#include "config/document.h"
#include "config/options.h"
#include "config/servers.h"

#define MAX_FILES      256 /* the main one and those in conf.d */
#define MAX_PATH_BYTES ((size_t)16384)

struct loading {
	struct buffer *errors;
	struct document **items; /* the documents in order, later wins */
	size_t count;
	size_t capacity;
	struct servers servers;
	int error; /* of the first document that could not be read */
};

static void loading_done(struct loading *loading)
{
	for (size_t i = 0; i < loading->count; i++)
		document_free(&loading->items[i]);
	array_done(loading);
	servers_done(&loading->servers);
}

/* What is no option but follows from them. */
static void derived_done(struct config *config)
{
	for (size_t i = 0; i < config->sites.count; i++) {
		struct config_site *site = &config->sites.items[i];

		for (size_t j = 0; j < site->logs.count; j++)
			free(site->logs.items[j].where);
		for (size_t j = 0; j < site->ladder.count; j++)
			free(site->ladder.items[j].where);
		free(site->server.worker_process);
		config_words_done(&site->server.inspectors);
		config_words_done(&site->server.configuration);
		free(site->where);
	}
	for (size_t i = 0; i < config->notify.count; i++)
		free(config->notify.items[i].where);
	free(config->http.tls_where);
	free(config->http.users_where);
	free(config->fleet.where);
	free(config->own_rules_dir);
}

void config_free(struct config **config)
{
	if (*config == NULL)
		return;
	derived_done(*config);
	schema_done(&config_schema, *config);
	free(*config);
	*config = NULL;
}

static int on_file(void *context, const char *file)
{
	struct loading *loading = context;
	struct document *document = NULL;
	int error = document_load(&document, file, loading->errors);

	if (error == 0)
		error = array_push(loading, document, MAX_FILES);
	if (error == 0)
		return 0;
	if (error == -ENOSPC)
		node_complain(document_root(document), loading->errors,
		    "one file too many: a configuration has at most %d", MAX_FILES);
	document_free(&document);
	if (loading->error == 0)
		loading->error = error;
	/* A bad file must not hide what is wrong in the next. */
	return error == -ENOMEM || error == -ENOSPC ? error : 0;
}

/* The path of what stands beside the file under that name; NULL without memory. */
static char *path_beside(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	struct buffer auto_buffer path;

	buffer_init(&path, MAX_PATH_BYTES);
	if (slash != NULL)
		buffer_append(&path, view_of(file, (size_t)(slash - file) + 1));
	buffer_append_text(&path, name);
	return buffer_error(&path) < 0 ? NULL : view_to_text(buffer_view(&path));
}

static int load_documents(struct loading *loading, const char *file)
{
	char auto_free *directory = path_beside(file, "conf.d");
	int error = directory == NULL ? -ENOMEM : on_file(loading, file);

	if (error == 0)
		error =
		    document_each_file_if_any(directory, loading->errors, on_file, loading);
	return error < 0 ? error : loading->error;
}

/* Each file by itself, so that no mistake hides behind a later file. */
static int check_documents(struct loading *loading)
{
	struct reading reading = {
	    .schema = &config_schema, .errors = loading->errors, .is_partial = true};
	int error = 0;

	for (size_t i = 0; i < loading->count && error != -ENOMEM; i++) {
		struct config *scratch = calloc(1, sizeof(*scratch));

		error = scratch == NULL
		            ? -ENOMEM
		            : schema_read(&reading, document_root(loading->items[i]), scratch);
		config_free(&scratch);
	}
	return reading.error_count > 0 && error != -ENOMEM ? -EINVAL : error;
}

static int merge_documents(struct loading *loading)
{
	int error = 0;

	for (size_t i = 1; i < loading->count && error == 0; i++)
		error = document_merge(
		    loading->items[0], loading->items[i], config_named_lists);
	return error;
}

static int read_merged(struct loading *loading, struct config *config)
{
	const struct node *root = document_root(loading->items[0]);
	struct reading reading = {.schema = &config_schema, .errors = loading->errors};
	int error = schema_read(&reading, root, config);

	if (error == 0)
		error = servers_load(&loading->servers, config->rules_dir, loading->errors);
	if (error == 0)
		error = config_check(&reading, root, &loading->servers, config);
	return error == 0 && reading.error_count > 0 ? -EINVAL : error;
}

static uint64_t digest_of(const struct loading *loading)
{
	uint64_t digest = loading->servers.digest;

	for (size_t i = 0; i < loading->count; i++)
		digest = hash_chain(digest, document_bytes(loading->items[i]));
	return digest;
}

int config_load(struct config **ret_config, const char *file, struct buffer *errors)
{
	struct loading auto_call(loading_done) loading = {.errors = errors};
	struct config *config = calloc(1, sizeof(*config));
	int error = config == NULL ? -ENOMEM : load_documents(&loading, file);

	if (error == 0)
		error = check_documents(&loading);
	if (error == 0)
		error = merge_documents(&loading);
	if (error == 0)
		error = read_merged(&loading, config);
	if (error < 0)
		goto fail;
	config->own_rules_dir = path_beside(file, "rules.d");
	if (config->own_rules_dir == NULL) {
		error = -ENOMEM;
		goto fail;
	}
	config->digest = digest_of(&loading);
	*ret_config = config;
	return 0;
fail:
	config_free(&config);
	return error;
}

const struct config_site *config_site_named(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->sites.count; i++)
		if (strcmp(config->sites.items[i].name, name) == 0)
			return &config->sites.items[i];
	return NULL;
}

void config_list_options(struct buffer *text)
{
	schema_list(&config_schema, text);
}
