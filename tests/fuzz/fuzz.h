/* What a fuzz target is: one function that must come back whatever the bytes are. libFuzzer calls
 * it with bytes that it makes up, replay.c with the files of the corpus. */
#ifndef AUTHMEDIC_TESTS_FUZZ_H
#define AUTHMEDIC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define fuzz_check(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__,           \
			    #condition);                                                           \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#endif
