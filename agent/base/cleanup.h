/* The one error convention and the one cleanup convention of the project.
 *
 * A function that can fail returns 0 or a negative errno, and writes its results through
 * out-parameters named ret_*, never on failure. Constructors are x_new(struct x **ret_x, ...) and
 * free everything in one `fail:`; x_free(struct x **) takes NULL and half-built objects and nulls
 * the caller's pointer. */
#ifndef AUTHMEDIC_BASE_CLEANUP_H
#define AUTHMEDIC_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>

#define must_check __attribute__((warn_unused_result))
#define format_like(format_index, first_index)                                                     \
	__attribute__((format(printf, format_index, first_index)))
#define unused_parameter __attribute__((unused))

static inline void cleanup_free(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

static inline void cleanup_file(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

/* The local is freed (closed) when it goes out of scope; NULL is fine. */
#define auto_free  __attribute__((cleanup(cleanup_free)))
#define auto_fclose __attribute__((cleanup(cleanup_file)))
#define auto_call(function) __attribute__((cleanup(function)))

/* Hands the pointer to the caller and leaves NULL behind, so that auto_free lets it live. */
#define take_pointer(pointer)                                                                      \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

#define count_of(array) (sizeof(array) / sizeof((array)[0]))

#endif
