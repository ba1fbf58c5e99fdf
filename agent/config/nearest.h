/* Finds what somebody meant who mistyped a word. */
#ifndef AUTHMEDIC_CONFIG_NEAREST_H
#define AUTHMEDIC_CONFIG_NEAREST_H

#include "base/buffer.h"

struct nearest {
	const char *word;
	const char *best; /* of the candidates so far; NULL: none is near enough */
	size_t distance;
};

struct nearest nearest_to(const char *word);
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
