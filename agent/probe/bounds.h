/* What a sign-in needs, and the rest given up for good before it begins. */
#ifndef AUTHMEDIC_PROBE_BOUNDS_H
#define AUTHMEDIC_PROBE_BOUNDS_H

#include "probe/options.h"

/* As far as the kernel can; not where the options say so. */
void probe_bounds_enter(const struct probe_options *options);

#endif
