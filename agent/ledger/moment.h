/* An instant as both clocks show it, and the boot that one of them belongs to. */
#ifndef AUTHMEDIC_LEDGER_MOMENT_H
#define AUTHMEDIC_LEDGER_MOMENT_H

#include "base/view.h"

#define MOMENT_BOOT_ID_BYTES 37

struct moment {
	int64_t wall_ms;
	int64_t boottime_ms;
	char boot_id[MOMENT_BOOT_ID_BYTES]; /* of the kernel that ran then */
};

/* Asks which boot this is, once, and reads the clocks; -errno where the system does not tell. */
must_check int moment_init(struct moment *now);
/* Reads the clocks anew. */
void moment_read(struct moment *now);

#endif
