/* The only place where clocks are read; everything else gets the time as an argument. */
#ifndef AUTHMEDIC_LOOP_CLOCK_H
#define AUTHMEDIC_LOOP_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970 in UTC. An administrator may set it back or forth. */
int64_t clock_now_ms(void);
/* For intervals: never goes back, stands still while the machine is suspended. */
int64_t clock_monotonic_ms(void);
/* The same clock, in microseconds. */
int64_t clock_monotonic_us(void);
/* The same, but goes on while suspended: the age of processes is counted in it. */
int64_t clock_boot_ms(void);

#endif
