#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

static void tell_cursors(struct world *world)
{
	struct intake_cursor cursor;

	for (size_t i = 0; i < intake_file_count(world->intake); i++) {
		intake_file_cursor(world->intake, i, &cursor);
		world_tell(world, "  %s %llu%s", cursor.path + strlen(world->directory) + 1,
		    (unsigned long long)cursor.offset_bytes, cursor.finished ? " finished" : "");
	}
}

static void on_line(void *context, struct view text, bool new_file unused_parameter)
{
	struct world *world = context;
	uint64_t number;
	struct world_line *line;

	if (view_to_uint64(view_first(text, WORLD_NUMBER_DIGITS), &number) < 0 ||
	    number >= world->lines.count) {
		world_complain(
		    world, "a line that nobody wrote: %.*s", (int)text.length, text.data);
		return;
	}
	line = &world->lines.items[number];
	world_tell(world, "  got %06u", (unsigned)number);
	if (line->open || line->never || !view_equal(text, view_of(line->text, line->length)))
		world_complain(world, "line %06u with %zu bytes instead of %zu%s%s",
		    (unsigned)number, text.length, line->length,
		    line->open ? ", its end is not written" : "",
		    line->never ? ", and it is none" : "");
	if (++line->delivered > 1)
		world_complain(world, "line %06u twice", (unsigned)number);
}

static const char *pattern_of(const struct world *world)
{
	static const char *const patterns[] = {
	    [WORLD_PLAIN] = "access.log",
	    [WORLD_GLOB] = "access.log*",
	    [WORLD_DATED] = "access*.log",
	};

	return world_path(world, patterns[world->mode]);
}

/* What was rotated away before the log was first seen need not be read. */
static void forget_history(struct world *world)
{
	for (size_t i = 0; i < world->files.count; i++) {
		struct world_file *file = world->files.items[i];

		if (file == world->current)
			continue;
		world_stop_writer(world, file);
		for (size_t j = 0; j < file->lines.count; j++)
			world->lines.items[file->lines.items[j]].refs--;
		array_done(&file->lines);
	}
	for (size_t i = 0; i < world->lines.count; i++)
		if (world->lines.items[i].refs == 0)
			world->lines.items[i].excused = true;
}

void world_start(struct world *world)
{
	struct intake_callbacks callbacks = {.on_line = on_line, .context = world};

	if (world->intake != NULL)
		return;
	world_tell(world, "start");
	world_must(intake_new(&world->intake, pattern_of(world), &callbacks) == 0, "intake_new");
	for (size_t i = 0; i < world->cursor_count; i++)
		world_must(
		    intake_restore(world->intake, &world->cursors[i]) == 0, "intake_restore");
	if (world->committed_once)
		intake_restore_totals(world->intake, &world->totals);
	for (size_t i = 0; i < world->files.count; i++)
		world->files.items[i]->seen = false;
	world_reconcile(world);
	if (world->committed_once)
		return;
	forget_history(world);
	world_commit(world);
}

/* What was handed on since the last commit never happened. */
void world_kill(struct world *world)
{
	if (world->intake == NULL)
		return;
	world_tell(world, "kill");
	intake_free(&world->intake);
	for (size_t i = 0; i < world->lines.count; i++) {
		struct world_line *line = &world->lines.items[i];

		line->delivered = line->committed;
		if (line->refs == 0 && line->committed == 0)
			line->excused = true;
	}
}

void world_stop(struct world *world)
{
	world_commit(world);
	world_kill(world);
}

void world_commit(struct world *world)
{
	if (world->intake == NULL)
		return;
	world_tell(world, "commit");
	world->cursor_count = intake_file_count(world->intake);
	for (size_t i = 0; i < world->cursor_count; i++)
		intake_file_cursor(world->intake, i, &world->cursors[i]);
	world->totals = *intake_totals(world->intake);
	world->committed_once = true;
	for (size_t i = 0; i < world->lines.count; i++)
		world->lines.items[i].committed = world->lines.items[i].delivered;
}

void world_reconcile(struct world *world)
{
	if (world->intake == NULL)
		return;
	world_tell(world, "reconcile");
	intake_reconcile(world->intake, world->now_ms);
	tell_cursors(world);
	if (world->raced) {
		world->raced = false;
		return;
	}
	/* An empty rotated file is left alone: a copy may be about to be made. */
	for (size_t i = 0; i < world->files.count; i++) {
		struct world_file *file = world->files.items[i];

		if (file->name[0] != '\0' && (file == world->current || file->lines.count > 0))
			file->seen = true;
	}
}

void world_read(struct world *world, size_t max_bytes)
{
	if (world->intake != NULL)
		intake_read(world->intake, max_bytes);
}

void world_pass(struct world *world, int64_t ms)
{
	world->now_ms += ms;
	for (size_t i = 0; i < world->files.count; i++) {
		struct world_file *file = world->files.items[i];

		if (file != world->current && file->writer_until_ms < world->now_ms)
			world_stop_writer(world, file);
	}
}

void world_open(struct world *world, uint64_t seed)
{
	*world = (struct world){.seed = seed, .random = seed * 2 + 1, .now_ms = 1000000};
	world->file_time_ns = INT64_C(1700000000000000000);
	world->verbose = getenv("AUTHMEDIC_VERBOSE") != NULL;
	snprintf(world->directory, sizeof(world->directory), "world-%ld", (long)getpid());
	world_must(mkdir(world->directory, 0755) == 0, world->directory);
	for (int i = 0; i < 10; i++)
		world_random(world, 2); /* small seeds begin alike */
	world->mode = (enum world_mode)world_random(world, WORLD_MODES);
	world->current = world_new_file(world, world_next_name(world));
}

void world_finish(struct world *world)
{
	uint64_t delivered = 0;

	world_pass(world, 4000);
	world_start(world);
	for (int second = 0; second < 300; second++) {
		world_pass(world, 1000);
		intake_reconcile(world->intake, world->now_ms);
		if (second < 8)
			tell_cursors(world);
		for (int i = 0; intake_read(world->intake, 1 << 20); i++)
			if (i > 10000) {
				world_complain(world, "reading never ends");
				return;
			}
	}
	for (size_t i = 0; i < world->lines.count; i++) {
		const struct world_line *line = &world->lines.items[i];

		delivered += line->delivered;
		if (line->delivered == 0 && !line->excused && !line->never && !line->open)
			world_complain(world, "line %06zu is lost", i);
	}
	if (intake_totals(world->intake)->lines != delivered)
		world_complain(world, "%llu lines handed on, but %llu counted",
		    (unsigned long long)delivered,
		    (unsigned long long)intake_totals(world->intake)->lines);
	if (intake_lag_bytes(world->intake) != 0)
		world_complain(world, "at rest, but %llu bytes behind",
		    (unsigned long long)intake_lag_bytes(world->intake));
}

void world_close(struct world *world)
{
	intake_free(&world->intake);
	for (size_t i = 0; i < world->files.count; i++) {
		struct world_file *file = world->files.items[i];

		if (file->descriptor >= 0)
			close(file->descriptor);
		if (file->name[0] != '\0')
			unlink(world_path(world, file->name));
		array_done(&file->lines);
		free(file);
	}
	for (size_t i = 0; i < world->lines.count; i++)
		free(world->lines.items[i].text);
	array_done(&world->lines);
	array_done(&world->files);
	world_must(rmdir(world->directory) == 0, world->directory);
}
