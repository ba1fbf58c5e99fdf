/* Standing down: a file that says so outlives the helper and the machine. */
#ifndef AUTHMEDIC_LEDGER_PAUSE_H
#define AUTHMEDIC_LEDGER_PAUSE_H

#include "base/view.h"

/* Whether PAUSE was asked for, or the disable file is there. Where that cannot be told, it is. */
bool pause_is_set(int state_folder, const char *disable_file);
/* Both return once it is on the disk. */
must_check int pause_set(int state_folder);
must_check int pause_clear(int state_folder);

#endif
