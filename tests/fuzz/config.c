/* Any YAML that is no configuration is refused with complaints, and none of it leaks. */
#include "fuzz.h"

#include <errno.h>

#include "config/config.h"
#include "config/document.h"
#include "config/options.h"

#define MAX_ERROR_BYTES ((size_t)64 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document auto_call(document_free) *document = NULL;
	struct config *config = NULL;
	struct buffer auto_buffer errors;
	struct reading reading = {.schema = &config_schema, .errors = &errors};
	int error;

	buffer_init(&errors, MAX_ERROR_BYTES);
	if (document_parse(&document, "fuzz.yml", view_of((const char *)data, size), &errors) < 0)
		return 0;
	config = calloc(1, sizeof(*config));
	if (config == NULL)
		return 0;
	error = schema_read(&reading, document_root(document), config);
	fuzz_check(error == 0 || error == -EINVAL);
	fuzz_check((error == 0) == (errors.length == 0));
	fuzz_check(config->sites.count <= CONFIG_MAX_SITES);
	fuzz_check(config->detect.share_percent >= 1 && config->detect.share_percent <= 100);
	config_free(&config);
	return 0;
}
