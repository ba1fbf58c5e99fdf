#include "cli/waiting.h"

#include <errno.h>
#include <stddef.h>

/* Where the bytes of a parsed line are. */
static const size_t views[] = {
    offsetof(struct parsed, record.client),
    offsetof(struct parsed, record.user),
    offsetof(struct parsed, record.agent),
    offsetof(struct parsed, record.method),
    offsetof(struct parsed, record.target),
    offsetof(struct parsed, record.host),
    offsetof(struct parsed, record.forwarded),
    offsetof(struct parsed, record.connection),
    offsetof(struct parsed, record.worker),
    offsetof(struct parsed, record.reason),
    offsetof(struct parsed, signal.text),
    offsetof(struct parsed, signal.principal),
};

static struct view *view_at(struct parsed *parsed, size_t offset)
{
	return (struct view *)((char *)parsed + offset);
}

void waiting_done(struct waiting *waiting)
{
	for (size_t i = 0; i < count_of(waiting->lines); i++)
		free(waiting->lines[i].bytes);
	*waiting = (struct waiting){0};
}

static int copy(struct waiting_line *line, const struct parsed *parsed)
{
	size_t length = 1;
	char *next;

	line->parsed = *parsed;
	for (size_t i = 0; i < count_of(views); i++)
		length += view_at(&line->parsed, views[i])->length;
	free(line->bytes);
	line->bytes = malloc(length);
	if (line->bytes == NULL)
		return -ENOMEM;
	next = line->bytes;
	for (size_t i = 0; i < count_of(views); i++) {
		struct view *view = view_at(&line->parsed, views[i]);

		if (view->length > 0)
			memcpy(next, view->data, view->length);
		view->data = next;
		next += view->length;
	}
	return 0;
}

int waiting_add(struct waiting *waiting, const struct parsed *parsed)
{
	size_t place = (waiting->first + waiting->count) % count_of(waiting->lines);
	int error;

	if (waiting->count == count_of(waiting->lines))
		return -ENOBUFS;
	error = copy(&waiting->lines[place], parsed);
	if (error == 0)
		waiting->count++;
	return error;
}

struct parsed *waiting_take(struct waiting *waiting)
{
	struct parsed *parsed = &waiting->lines[waiting->first].parsed;

	waiting->first = (waiting->first + 1) % count_of(waiting->lines);
	waiting->count--;
	return parsed;
}
