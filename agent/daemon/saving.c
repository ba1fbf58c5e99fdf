#include "daemon/saving.h"

#include <errno.h>

#include "config/log_kinds.h"

/* What a receiver may tell one cause from another by. */
static const char *word_of(int error)
{
	switch (-error) {
	case ENOSPC:
	case EDQUOT:
		return "no-space";
	case ESTALE:
		return "taken-away";
	case EBADMSG:
		return "damaged";
	default:
		return "failed";
	}
}

static const char *cause_of(int error)
{
	switch (-error) {
	case ESTALE:
		return "its file was taken out of the state directory; bring it back, or start "
		       "authmedicd anew";
	case EBADMSG:
		return "its file was damaged while it was in use; start authmedicd anew";
	default:
		return strerror(-error);
	}
}

static void say(int error)
{
	if (error < 0)
		log_told(LOG_KIND_state_unsaved, (struct log_about){.reason = word_of(error)},
		    "the state cannot be saved: %s", cause_of(error));
	else
		log_told(LOG_KIND_state_saved, (struct log_about){0},
		    "the state is being saved again");
}

static void fill(const struct saving *saving, bool opened, int64_t time_ms,
    struct notification_of_state *ret_news)
{
	*ret_news = (struct notification_of_state){.opened = opened,
	    .time_ms = time_ms,
	    .began_ms = saving->began.wall_ms,
	    .host = saving->host,
	    .reason = word_of(saving->told),
	    .text = opened ? saving->text : "the state is being saved again"};
}

static void put_text(struct saving *saving)
{
	snprintf(saving->text, sizeof(saving->text),
	    "the state cannot be saved: %s; nothing is done to any server until it can",
	    cause_of(saving->error));
}

/* Its end is told by the word that its beginning was told by. */
static bool end(struct saving *saving, int64_t time_ms, struct notification_of_state *ret_news)
{
	bool was_told = saving->told < 0;

	fill(saving, false, time_ms, ret_news);
	saving->error = 0;
	saving->told = 0;
	return was_told;
}

bool saving_note(struct saving *saving, int error, struct moment now,
    struct notification_of_state *ret_news)
{
	if (error != saving->error)
		say(error);
	if (error == 0)
		return end(saving, now.wall_ms, ret_news);
	if (saving->error == 0)
		saving->began = now;
	saving->error = error;
	put_text(saving);
	if (saving->told < 0 ||
	    now.steady_ms - saving->began.steady_ms < SAVING_TOLD_AFTER_MS)
		return false;
	host_name(saving->host);
	saving->told = error;
	fill(saving, true, saving->began.wall_ms, ret_news);
	return true;
}

bool saving_fails(const struct saving *saving, struct notification_of_state *ret_news)
{
	fill(saving, true, saving->began.wall_ms, ret_news);
	return saving->told < 0;
}
