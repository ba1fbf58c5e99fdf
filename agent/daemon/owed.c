#include "daemon/owed.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "loop/clock.h"

struct item {
	struct owed_note note; /* whose texts are these */
	char *message_id, *reason;
	int64_t noted_ms;
};

struct owed {
	array_of(struct item) items;
};

static void item_done(struct item *item)
{
	free(item->message_id);
	free(item->reason);
}

int owed_new(struct owed **ret_owed)
{
	*ret_owed = calloc(1, sizeof(**ret_owed));
	return *ret_owed != NULL ? 0 : -ENOMEM;
}

void owed_free(struct owed **owed)
{
	if (*owed == NULL)
		return;
	for (size_t i = 0; i < (*owed)->items.count; i++)
		item_done(&(*owed)->items.items[i]);
	array_done(&(*owed)->items);
	free(*owed);
	*owed = NULL;
}

static bool has(const struct owed *owed, const struct owed_note *note)
{
	for (size_t i = 0; i < owed->items.count; i++)
		if (owed->items.items[i].note.target == note->target &&
		    strcmp(owed->items.items[i].message_id, note->message_id) == 0)
			return true;
	return false;
}

int owed_add(struct owed *owed, const struct owed_note *note)
{
	struct item item = {.note = *note, .noted_ms = clock_now_ms()};
	int error = -ENOMEM;

	if (has(owed, note))
		return 0;
	item.message_id = strdup(note->message_id);
	item.reason = strdup(note->reason);
	item.note.message_id = item.message_id;
	item.note.reason = item.reason;
	if (item.message_id != NULL && item.reason != NULL)
		error = array_push(&owed->items, item, OWED_MAX_NOTES);
	if (error < 0)
		item_done(&item);
	return error;
}

size_t owed_count(const struct owed *owed)
{
	return owed->items.count;
}

size_t owed_count_for(const struct owed *owed, size_t target)
{
	size_t count = 0;

	for (size_t i = 0; i < owed->items.count; i++)
		count += owed->items.items[i].note.target == target;
	return count;
}

static int bury(struct store *store, struct item *item, int64_t id, uint64_t *ret_dropped)
{
	const struct store_dead_letter letter = {
	    .given_up_ms = item->noted_ms, .status = item->note.status, .reason = item->reason};
	int error = store_add_attempts(store, id, item->note.attempts);

	if (error < 0)
		return error;
	item->note.attempts = 0; /* they are noted, also where the rest must be tried again */
	return store_bury_message(store, id, &letter, ret_dropped);
}

static int pay(
    struct store *store, struct item *item, owed_on_buried *on_buried, void *context)
{
	const struct owed_note *note = &item->note;
	uint64_t dropped = 0;
	int64_t id = 0;
	int error = store_find_message(store, note->name, note->message_id, &id);

	if (error == 0)
		error = note->is_taken ? store_delete_message(store, id)
				       : bury(store, item, id, &dropped);
	if (error == 0 && !note->is_taken)
		on_buried(context, note, dropped);
	return error == -ENOENT ? 0 : error;
}

static void drop_first(struct owed *owed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		item_done(&owed->items.items[i]);
	owed->items.count -= count;
	memmove(owed->items.items, owed->items.items + count,
	    owed->items.count * sizeof(*owed->items.items));
}

int owed_pay(struct owed *owed, struct store *store, owed_on_buried *on_buried, void *context)
{
	size_t paid = 0;
	int error = 0;

	while (error == 0 && paid < owed->items.count && paid < OWED_MAX_AT_ONCE) {
		error = pay(store, &owed->items.items[paid], on_buried, context);
		paid += error == 0;
	}
	if (paid > 0)
		drop_first(owed, paid);
	return error;
}
