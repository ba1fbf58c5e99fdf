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

bool dead_letters_revive(struct dead_letters *letters, struct store *store, int64_t now_ms)
{
	uint64_t count = 0;
	int error;

	letters->asked |= again_take(letters->directory, letters->target);
	if (!letters->asked)
		return false;
	error = store_revive_dead_letters(store, letters->target, now_ms, &count);
	if (error < 0 && error != letters->error)
		log_error("%s: the dead letters cannot be sent again yet: %s", letters->target,
		    strerror(-error));
	letters->error = error;
	if (error < 0)
		return false;
	letters->asked = false;
	log_told(LOG_KIND_letters_again, (struct log_about){.target = letters->target},
	    "%s: %llu dead letters are sent again, as a person asked", letters->target,
	    (unsigned long long)count);
	return true;
}

void dead_letters_leave(const struct dead_letters *letters)
{
	if (letters->asked && again_ask(letters->directory, letters->target) < 0)
		log_error("%s: that its dead letters are to be sent again is forgotten",
		    letters->target);
}
