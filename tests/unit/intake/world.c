#include "world.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

void world_tell(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (!world->verbose)
		return;
	fprintf(stderr, "%7lld ", (long long)world->now_ms);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void world_complain(struct world *world, const char *format, ...)
{
	va_list arguments;

	if (world->problem[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(world->problem, sizeof(world->problem), format, arguments);
	va_end(arguments);
	world_tell(world, "WRONG: %s", world->problem);
}

void world_must(bool held, const char *what)
{
	if (held)
		return;
	perror(what);
	abort();
}

/* xorshift64*: the same schedule for the same seed on every machine. */
uint64_t world_random(struct world *world, uint64_t below)
{
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return (world->random * UINT64_C(2685821657736338717)) % below;
}

const char *world_path(const struct world *world, const char *name)
{
	static char paths[2][200];
	static int turn;

	turn = 1 - turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", world->directory, name);
	return paths[turn];
}

/* Files get the times that the world says, each change another one: the kernel's clock ticks too
 * slowly for a test that does a day's work in a millisecond. */
static void stamp(struct world *world, int descriptor)
{
	int64_t time_ns = ++world->file_time_ns;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
	    {.tv_sec = time_ns / 1000000000, .tv_nsec = time_ns % 1000000000}};

	world_must(futimens(descriptor, times) == 0, "futimens");
}

static void hold(struct world *world, struct world_file *file, size_t line)
{
	world_must(array_push(&file->lines, line, WORLD_MAX_LINES) == 0, "lines");
	world->lines.items[line].refs++;
}

/* The file no longer has its lines. Those that nobody else has and that were not handed on may be
 * missing, unless the intake still holds the file open. */
static void drop_lines(struct world *world, struct world_file *file, bool still_readable)
{
	for (size_t i = 0; i < file->lines.count; i++) {
		struct world_line *line = &world->lines.items[file->lines.items[i]];

		if (--line->refs == 0 && line->delivered == 0 && !still_readable)
			line->excused = true;
	}
	array_done(&file->lines);
}

static struct world_line *open_line(struct world *world, struct world_file *file)
{
	struct world_line *line;

	if (file->lines.count == 0)
		return NULL;
	line = &world->lines.items[file->lines.items[file->lines.count - 1]];
	return line->open ? line : NULL;
}

/* The writer never writes the rest of its last line: what is there is the line. */
static void abandon_line(struct world *world, struct world_file *file)
{
	struct world_line *line = open_line(world, file);

	if (line == NULL)
		return;
	line->open = false;
	line->length = file->partial_written;
	line->never = line->length > INTAKE_MAX_LINE_BYTES;
	world_tell(world, "  line %.6s stays cut at %zu", line->text, line->length);
}

struct world_file *world_new_file(struct world *world, const char *name)
{
	struct world_file *file = calloc(1, sizeof(*file));
	bool appends = world_random(world, 4) != 0;

	world_must(file != NULL, "calloc");
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->appends = appends;
	file->descriptor = open(world_path(world, name),
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | (appends ? O_APPEND : 0), 0644);
	world_must(file->descriptor >= 0, name);
	stamp(world, file->descriptor);
	world_must(array_push(&world->files, file, WORLD_MAX_FILES) == 0, "files");
	return file;
}

void world_stop_writer(struct world *world, struct world_file *file)
{
	if (file->descriptor < 0)
		return;
	abandon_line(world, file);
	close(file->descriptor);
	file->descriptor = -1;
}

/* Whether the file is open in the intake, so that its name does not matter. */
static bool can_read(const struct world *world, const struct world_file *file)
{
	return world->intake != NULL && file->seen && !world->unreliable;
}

static void delete_file(struct world *world, struct world_file *file)
{
	if (file->name[0] == '\0')
		return;
	world_tell(world, "delete %s", file->name);
	world_must(unlink(world_path(world, file->name)) == 0, file->name);
	file->name[0] = '\0';
	drop_lines(world, file, can_read(world, file));
}

static struct world_file *file_named(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->files.count; i++)
		if (strcmp(world->files.items[i]->name, name) == 0)
			return world->files.items[i];
	return NULL;
}

static void rename_file(struct world *world, struct world_file *file, const char *name)
{
	world_must(rename(world_path(world, file->name), world_path(world, name)) == 0, file->name);
	snprintf(file->name, sizeof(file->name), "%s", name);
}

static size_t random_length(struct world *world)
{
	switch (world_random(world, 40)) {
	case 0:
		return INTAKE_MAX_LINE_BYTES + 1 + world_random(world, 300000);
	case 1:
		return INTAKE_MAX_LINE_BYTES;
	case 2:
	case 3:
		return 1000 + world_random(world, 20000);
	default:
		return WORLD_NUMBER_DIGITS + 1 + world_random(world, 200);
	}
}

static size_t new_line(struct world *world)
{
	struct world_line line = {.open = true, .length = random_length(world)};

	line.text = malloc(line.length + 1);
	world_must(line.text != NULL, "malloc");
	memset(line.text, 'a' + (int)world_random(world, 26), line.length);
	snprintf(line.text, WORLD_NUMBER_DIGITS + 1, "%06zu", world->lines.count);
	line.text[WORLD_NUMBER_DIGITS] = ':';
	line.never = line.length > INTAKE_MAX_LINE_BYTES;
	world_must(array_push(&world->lines, line, WORLD_MAX_LINES) == 0, "lines");
	return world->lines.count - 1;
}

static void put(struct world *world, struct world_file *file, struct view bytes)
{
	ssize_t written = file->appends
	    ? write(file->descriptor, bytes.data, bytes.length)
	    : pwrite(file->descriptor, bytes.data, bytes.length, file->position);

	world_must(written == (ssize_t)bytes.length, "write");
	file->position += written;
	stamp(world, file->descriptor);
}

/* Begins a line or goes on with the one that was begun, perhaps to its end. */
static void write_part(struct world *world, struct world_file *file, bool whole)
{
	struct world_line *line = open_line(world, file);
	size_t end;

	if (line == NULL) {
		hold(world, file, new_line(world));
		line = open_line(world, file);
		file->partial_written = 0;
	}
	end = file->partial_written + world_random(world, line->length - file->partial_written + 1);
	if (end < WORLD_NUMBER_DIGITS + 1)
		end = WORLD_NUMBER_DIGITS + 1;
	if (whole)
		end = line->length;
	world_tell(world, "write %.6s %zu-%zu of %zu to %s", line->text, file->partial_written, end,
	    line->length, file->name);
	put(world, file, view_of(line->text + file->partial_written, end - file->partial_written));
	file->partial_written = end;
	if (!whole)
		return;
	put(world, file, world_random(world, 3) == 0 ? VIEW("\r\n") : VIEW("\n"));
	line->open = false;
}

void world_write(struct world *world, struct world_file *file)
{
	if (file->descriptor >= 0)
		write_part(world, file, world_random(world, 5) != 0);
}

static void end_line(struct world *world, struct world_file *file)
{
	if (open_line(world, file) != NULL)
		write_part(world, file, true);
}

static const char *rotated_name(unsigned generation)
{
	static char name[32];

	snprintf(name, sizeof(name), "access.log.%u", generation);
	return name;
}

/* Makes the name of the first generation free. */
static void shift_generations(struct world *world)
{
	struct world_file *oldest = file_named(world, rotated_name(WORLD_GENERATIONS));

	if (oldest != NULL) {
		world_stop_writer(world, oldest);
		delete_file(world, oldest);
	}
	for (unsigned i = WORLD_GENERATIONS - 1; i >= 1; i--) {
		struct world_file *file = file_named(world, rotated_name(i));

		if (file != NULL)
			rename_file(world, file, rotated_name(i + 1));
	}
}

const char *world_next_name(struct world *world)
{
	static char name[32];

	if (world->mode != WORLD_DATED)
		return "access.log";
	snprintf(name, sizeof(name), "access%06u.log", 260101 + world->dates++);
	return name;
}

void world_rename(struct world *world)
{
	struct world_file *old = world->current;

	world_tell(world, "rotate %s", old->name);
	if (world->mode != WORLD_DATED) {
		shift_generations(world);
		rename_file(world, old, rotated_name(1));
	}
	/* Some writers go on in the old file for a while. */
	old->writer_until_ms = world->now_ms + (int64_t)world_random(world, 4000);
	if (world_random(world, 2) == 0)
		world_stop_writer(world, old);
	world->current = world_new_file(world, world_next_name(world));
}

static struct world_file *copy_of(struct world *world, struct world_file *file, const char *name)
{
	int source = open(world_path(world, file->name), O_RDONLY | O_CLOEXEC);
	struct world_file *copy = world_new_file(world, name);
	char bytes[65536];
	ssize_t length;

	world_must(source >= 0, file->name);
	while ((length = read(source, bytes, sizeof(bytes))) > 0)
		world_must(write(copy->descriptor, bytes, (size_t)length) == length, "write");
	close(source);
	stamp(world, copy->descriptor);
	for (size_t i = 0; i < file->lines.count; i++)
		hold(world, copy, file->lines.items[i]);
	return copy;
}

static void cut_to_nothing(struct world *world, struct world_file *file)
{
	world_must(ftruncate(file->descriptor, 0) == 0, "ftruncate");
	stamp(world, file->descriptor);
	drop_lines(world, file, false);
}

static bool begins_with_text(struct world *world, const struct world_file *file)
{
	char start[INTAKE_MARKER_BYTES];
	int source = open(world_path(world, file->name), O_RDONLY | O_CLOEXEC);
	ssize_t length;

	world_must(source >= 0, file->name);
	length = read(source, start, sizeof(start));
	close(source);
	return length == (ssize_t)sizeof(start) && memchr(start, '\0', sizeof(start)) == NULL;
}

/* A snapshot beside a file that lives on. A short one, or one that begins with NULs, cannot be told
 * from a new file where its source is truncated before anybody has looked. */
void world_copy(struct world *world)
{
	struct world_file *copy;

	if (world->mode == WORLD_DATED || !begins_with_text(world, world->current))
		return;
	world_tell(world, "copy");
	end_line(world, world->current);
	shift_generations(world);
	copy = copy_of(world, world->current, rotated_name(1));
	close(copy->descriptor);
	copy->descriptor = -1;
}

void world_copy_and_truncate(struct world *world)
{
	struct world_file *copy;

	if (world->mode == WORLD_DATED)
		return;
	world_tell(world, "copytruncate");
	shift_generations(world);
	abandon_line(world, world->current);
	copy = copy_of(world, world->current, rotated_name(1));
	close(copy->descriptor);
	copy->descriptor = -1;
	cut_to_nothing(world, world->current);
}

void world_truncate(struct world *world)
{
	struct world_line *line = open_line(world, world->current);

	world_tell(world, "truncate");
	abandon_line(world, world->current);
	if (line != NULL)
		line->never = true;
	cut_to_nothing(world, world->current);
}

void world_delete(struct world *world)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", world->current->name);
	world_stop_writer(world, world->current);
	delete_file(world, world->current);
	world->current =
	    world_new_file(world, world->mode == WORLD_DATED ? world_next_name(world) : name);
}

/* Another file takes the name: a longer version of the old one, or one with other lines. */
void world_replace(struct world *world, bool same_start)
{
	struct world_file *old = world->current;
	struct world_file *file;
	char name[64];

	snprintf(name, sizeof(name), "%s", old->name);
	world_tell(world, "replace %s by %s", name, same_start ? "a longer one" : "another");
	if (same_start) {
		end_line(world, old);
		file = copy_of(world, old, ".new");
		file->position = lseek(file->descriptor, 0, SEEK_END);
		close(old->descriptor);
		old->descriptor = -1;
	} else {
		file = world_new_file(world, ".new");
		world_stop_writer(world, old);
	}
	for (uint64_t i = world_random(world, 5); i > 0; i--)
		world_write(world, file);
	old->name[0] = '\0';
	rename_file(world, file, name);
	drop_lines(world, old, can_read(world, old));
	world->current = file;
}

void world_compress(struct world *world)
{
	static const char packed[] = "\x1f\x8b\b\0not\na\nline\n";
	struct world_file *file = NULL;
	struct world_file *beside;
	char name[80];

	for (unsigned i = 1; file == NULL && i <= WORLD_GENERATIONS; i++)
		file = file_named(world, rotated_name(i));
	if (file == NULL)
		return;
	snprintf(name, sizeof(name), "%s.gz", file->name);
	if (file_named(world, name) != NULL)
		return;
	world_tell(world, "compress %s", file->name);
	world_stop_writer(world, file);
	beside = world_new_file(world, name);
	put(world, beside, view_of(packed, sizeof(packed)));
	world_stop_writer(world, beside);
	delete_file(world, file);
}

void world_preallocate(struct world *world)
{
	struct world_file *file = world->current;
	struct stat status;

	if (file->descriptor < 0)
		return;
	world_tell(world, "preallocate %s", file->name);
	end_line(world, file);
	world_must(fstat(file->descriptor, &status) == 0, "fstat");
	world_must(ftruncate(file->descriptor,
		       status.st_size + 1 + (int64_t)world_random(world, 300000)) == 0,
	    "ftruncate");
	stamp(world, file->descriptor);
}
