#include "daemon/dead_letters.h"

#include "base/log.h"
#include "config/log_kinds.h"
#include "daemon/again.h"

void dead_letters_tell(
    struct publisher *publisher, const struct owed_note *note, uint64_t dropped)
{
	char status[32] = "";

	if (note->status != 0)
		snprintf(status, sizeof(status), " with status %d", note->status);
	publisher_on_delivery(publisher, note->name, "dead");
	log_told(LOG_KIND_letter_dead,
	    (struct log_about){.target = note->name, .reason = note->reason},
	    "%s: a message was given up: %s%s; see authmedic notify list", note->name,
	    note->reason, status);
	if (dropped > 0)
		log_warning("%llu dead letters were dropped: there were too many",
		    (unsigned long long)dropped);
}

bool dead_letters_revive(
    struct store *store, const char *directory, const char *target, int64_t now_ms)
{
	uint64_t count = 0;
	int error;

	if (!again_take(directory, target))
		return false;
	error = store_revive_dead_letters(store, target, now_ms, &count);
	if (error < 0)
		log_error("%s: the dead letters cannot be sent again: %s", target,
		    strerror(-error));
	else
		log_told(LOG_KIND_letters_again, (struct log_about){.target = target},
		    "%s: %llu dead letters are sent again, as a person asked", target,
		    (unsigned long long)count);
	return true;
}
