/* Any bytes either become a tree whose nodes all have a place, or are refused in one line of
 * printable text that says where. */
#include "fuzz.h"

#include <errno.h>

#include "config/document.h"

#define MAX_ERROR_BYTES 4096

static void walk(const struct node *node, int depth)
{
	struct buffer auto_buffer place;

	buffer_init(&place, MAX_ERROR_BYTES);
	node_place(node, &place);
	fuzz_check(view_starts_with(buffer_view(&place), VIEW("fuzz.yml:")));
	fuzz_check(depth <= DOCUMENT_MAX_DEPTH);
	fuzz_check(strlen(node_text(node)) <= DOCUMENT_MAX_BYTES);
	if (node_kind(node) == NODE_SCALAR)
		return;
	for (size_t i = 0; i < node_count(node); i++) {
		walk(node_item(node, i), depth + 1);
		if (node_kind(node) == NODE_MAPPING)
			fuzz_check(node_get(node, node_text(node_key(node, i))) ==
				   node_item(node, i));
	}
}

static void check_refusal(struct view errors)
{
	fuzz_check(view_starts_with(errors, VIEW("fuzz.yml:")));
	fuzz_check(view_ends_with(errors, VIEW("\n")));
	for (size_t i = 0; i + 1 < errors.length; i++)
		fuzz_check(errors.data[i] >= 0x20 && errors.data[i] <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct document auto_call(document_free) *document = NULL;
	struct buffer auto_buffer errors;
	int error;

	buffer_init(&errors, MAX_ERROR_BYTES);
	error = document_parse(&document, "fuzz.yml", view_of((const char *)data, size), &errors);
	fuzz_check((error == 0) == (document != NULL));
	if (error == 0)
		walk(document_root(document), 0);
	else if (error != -ENOMEM)
		check_refusal(buffer_view(&errors));
	return 0;
}
