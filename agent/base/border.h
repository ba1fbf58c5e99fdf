/* Tables whose entries fill a line of the processor's cache, or a half, begin on such a border:
 * then none lies on two lines. */
#ifndef AUTHMEDIC_BASE_BORDER_H
#define AUTHMEDIC_BASE_BORDER_H

#include <stddef.h>
#include <stdint.h>

/* The first multiple of `bytes` in the memory, which must have room for one entry more. */
static inline void *border_in(void *memory, size_t bytes)
{
	size_t off = (uintptr_t)memory % bytes;

	return (char *)memory + (off > 0 ? bytes - off : 0);
}

#endif
