/* Makes allocations of the code under test fail on purpose. Programs that use it are linked with
 * $(allocation_ldflags); libraries keep their own allocator. */
#ifndef AUTHMEDIC_TESTS_ALLOCATION_H
#define AUTHMEDIC_TESTS_ALLOCATION_H

/* Lets `count` allocations succeed and fails all that follow. */
void allocation_fail_after(int count);
/* Lets all succeed again. */
void allocation_restore(void);

#endif
