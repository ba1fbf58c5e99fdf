#include "allocation.h"

#include <stdbool.h>
#include <stddef.h>

/* The linker's --wrap fixes these names. */
void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);

static int left = -1; /* negative: no limit */

void allocation_fail_after(int count)
{
	left = count;
}

void allocation_restore(void)
{
	left = -1;
}

static bool may_allocate(void)
{
	if (left > 0)
		left--;
	else if (left == 0)
		return false;
	return true;
}

void *__wrap_malloc(size_t bytes)
{
	return may_allocate() ? __real_malloc(bytes) : NULL;
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return may_allocate() ? __real_calloc(count, bytes) : NULL;
}

void *__wrap_realloc(void *memory, size_t bytes)
{
	return may_allocate() ? __real_realloc(memory, bytes) : NULL;
}
