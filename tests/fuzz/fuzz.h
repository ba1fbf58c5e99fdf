<<<<<<< HEAD
/* What a fuzz target is: one function that must come back whatever the bytes are. libFuzzer calls
 * it with bytes that it makes up, replay.c with the files of the corpus. */
=======
/* What every fuzz target defines. libFuzzer calls it with inputs of its own, replay.c with those of
 * the corpus. */
>>>>>>> 84b6616 (tests: bring random requests back from every format, and fuzz the parsers)
#ifndef AUTHMEDIC_TESTS_FUZZ_H
#define AUTHMEDIC_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
<<<<<<< HEAD
#include <stdio.h>
=======
>>>>>>> 84b6616 (tests: bring random requests back from every format, and fuzz the parsers)
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

<<<<<<< HEAD
/* What must hold for every input. */
#define fuzz_check(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__,           \
			    #condition);                                                           \
			abort();                                                                   \
		}                                                                                  \
=======
/* What must hold whatever the input is. */
#define fuzz_check(condition)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
>>>>>>> 84b6616 (tests: bring random requests back from every format, and fuzz the parsers)
	} while (0)

#endif
