/* Lists that the administrator wrote: of strings, of addresses. */
#ifndef AUTHMEDIC_CONFIG_WORDS_H
#define AUTHMEDIC_CONFIG_WORDS_H

#include "base/address.h"
#include "base/array.h"

struct config_words {
	char **items;
	size_t count;
	size_t capacity;
};

struct config_ranges {
	struct address_range *items;
	size_t count;
	size_t capacity;
};

/* Copies the text; -ENOSPC beyond max_count. */
must_check int config_words_push(struct config_words *words, const char *text, size_t max_count);
void config_words_done(struct config_words *words);

#endif
