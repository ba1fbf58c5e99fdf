#include "daemon/parcel.h"

#include <errno.h>

/* Messages go together only as long as none of them can be under way. */
static int on_waiting(void *context, const struct store_message *message)
{
	struct parcel *parcel = context;
	const struct grouping_message offered = {
	    .number = message->id, .id = message->message_id, .document = message->body};
	bool is_first = parcel->number == 0;

	if (is_first) {
		parcel->number = message->id;
		parcel->created_ms = message->created_ms;
		parcel->attempts = message->attempts;
		parcel->may_group &= message->attempts == 0;
		snprintf(parcel->id, sizeof(parcel->id), "%s", message->message_id);
		buffer_append(&parcel->document, message->body);
	}
	return (is_first || message->attempts == 0) && grouping_offer(parcel->grouping, &offered) &&
		parcel->may_group
	    ? 0
	    : 1;
}

/* What is wrong with the store is not wrong with the message. */
static int trouble_of_store(int error)
{
	return error == -EINVAL || error == -E2BIG ? -EIO : error;
}

static int make_group(struct parcel *parcel)
{
	if (grouping_count(parcel->grouping) < 2)
		return buffer_error(&parcel->document);
	grouping_id(parcel->grouping, parcel->id);
	buffer_clear(&parcel->document);
	return grouping_print(parcel->grouping, &parcel->document);
}

int parcel_pack(struct parcel *parcel, struct store *store, const char *target, bool may_group)
{
	int error;

	*parcel = (struct parcel){.may_group = may_group};
	buffer_init(&parcel->document, PARCEL_MAX_BYTES);
	error = grouping_new(&parcel->grouping);
	if (error == 0)
		error = trouble_of_store(
		    store_each_message(store, target, on_waiting, parcel));
	if (error >= 0 && parcel->number != 0)
		error = grouping_error(parcel->grouping);
	if (error < 0 || parcel->number == 0)
		return error < 0 ? error : 0;
	return make_group(parcel);
}

int parcel_begin(const struct parcel *parcel, struct store *store)
{
	const struct store_merger merger = {.ids = grouping_numbers(parcel->grouping),
	    .count = grouping_count(parcel->grouping),
	    .message_id = parcel->id,
	    .body = buffer_view(&parcel->document)};

	return trouble_of_store(merger.count < 2 ? store_begin_attempt(store, parcel->number)
						 : store_merge_messages(store, &merger));
}

void parcel_done(struct parcel *parcel)
{
	grouping_free(&parcel->grouping);
	buffer_done(&parcel->document);
}
