#include "intake/tail.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/hash.h"
#include "intake/head.h"
#include "intake/repetition.h"

#define CHUNK_BYTES (256 * 1024)

/* How much of a run of NULs is looked through in one go. */
#define MAX_NULS_PER_READ (64 * CHUNK_BYTES)

/* File times tick slowly: two changes may have the same, so that the second shows only when it is
 * looked for. */
#define SETTLE_MS 50

/* All tails share it: the process has one thread, and nothing stays in it between two reads. */
static char chunk[CHUNK_BYTES];

int tail_new(struct tail **ret_tail, const struct candidate *candidate, const struct lines *lines)
{
	struct tail *tail = calloc(1, sizeof(*tail));

	if (tail == NULL)
		return -ENOMEM;
	tail->state = TAIL_LOST;
	tail->descriptor = -1;
	tail->modified_ns = -1;
	tail->superseded_ms = -1;
	tail->short_since_ms = -1;
	tail->give_up_ms = -1;
	tail->lines = *lines;
	tail->lines.first = true;
	buffer_init(&tail->header, INTAKE_MAX_HEADER_BYTES);
	tail->identity = candidate->look.identity;
	tail->path = strdup(candidate->path);
	tail->place = strdup(candidate->place);
	if (tail->path == NULL || tail->place == NULL)
		goto fail;
	*ret_tail = tail;
	return 0;
fail:
	tail_free(&tail);
	return -ENOMEM;
}

void tail_free(struct tail **tail)
{
	if (*tail == NULL)
		return;
	if ((*tail)->descriptor >= 0)
		close((*tail)->descriptor);
	buffer_done(&(*tail)->header);
	free((*tail)->path);
	free((*tail)->place);
	free(take_pointer(*tail));
}

static void replace_text(char **text, const char *with)
{
	char *copy = strcmp(*text, with) != 0 ? strdup(with) : NULL;

	if (copy == NULL)
		return;
	free(*text);
	*text = copy;
}

void tail_rename(struct tail *tail, const struct candidate *candidate)
{
	replace_text(&tail->path, candidate->path);
	replace_text(&tail->place, candidate->place);
}

void tail_remember(struct tail *tail, const struct look *look)
{
	tail->size_bytes = look->size_bytes;
	tail->modified_ns = look->modified_ns;
}

static void set_header(struct tail *tail, struct view header)
{
	buffer_clear(&tail->header);
	buffer_append(&tail->header, header);
	if (buffer_error(&tail->header) < 0)
		buffer_clear(&tail->header);
}

void tail_restore(struct tail *tail, const struct intake_cursor *cursor)
{
	tail->state = cursor->finished ? TAIL_FINISHED : TAIL_LOST;
	tail->identity = (struct identity){cursor->device, cursor->inode, cursor->birth_ns};
	tail->offset_bytes = cursor->offset_bytes;
	tail->read_to_bytes = cursor->offset_bytes;
	tail->size_bytes = cursor->size_bytes;
	tail->marker = (struct imprint){cursor->marker_bytes, cursor->marker_hash};
	tail->head = (struct imprint){cursor->head_bytes, cursor->head_hash};
	tail->lines.first = cursor->offset_bytes == 0;
	set_header(tail, cursor->header);
}

void tail_cursor(const struct tail *tail, struct intake_cursor *ret_cursor)
{
	*ret_cursor = (struct intake_cursor){
	    .device = tail->identity.device,
	    .inode = tail->identity.inode,
	    .birth_ns = tail->identity.birth_ns,
	    .offset_bytes = tail->offset_bytes,
	    .size_bytes = tail->size_bytes,
	    .marker_bytes = tail->marker.count,
	    .marker_hash = tail->marker.hash,
	    .head_bytes = tail->head.count,
	    .head_hash = tail->head.hash,
	    .finished = tail_is_over(tail),
	    .header = buffer_view(&tail->header),
	};
	snprintf(ret_cursor->path, sizeof(ret_cursor->path), "%s", tail->path);
}

uint64_t tail_digest(const struct tail *tail, uint64_t digest)
{
	const uint64_t numbers[] = {tail->identity.device, tail->identity.inode,
	    (uint64_t)tail->identity.birth_ns, (uint64_t)tail->offset_bytes,
	    (uint64_t)tail->size_bytes, tail->marker.count, tail->marker.hash, tail->head.count,
	    tail->head.hash, tail_is_over(tail)};

	digest = hash_chain(digest, view_of((const char *)numbers, sizeof(numbers)));
	return hash_chain(digest, view_of_text(tail->path));
}

/* The bytes before the offset. A size may lag behind over the network: then only the head can tell
 * that they are others. */
static int check_marker(const struct tail *tail, int descriptor, bool remote)
{
	int error =
	    imprint_check(descriptor, tail->offset_bytes - tail->marker.count, tail->marker);

	if (error != TOO_SHORT || !remote)
		return error;
	error = imprint_check(descriptor, 0, tail->head);
	return error == 0 || error == TOO_SHORT ? MAY_LAG : error;
}

int tail_check(const struct tail *tail, int descriptor)
{
	bool remote = is_remote(descriptor);
	struct look look;
	int error = look_at_descriptor(descriptor, &look);

	if (error < 0)
		return error;
	if (look.size_bytes < tail->offset_bytes && !remote)
		return TOO_SHORT;
	error = check_marker(tail, descriptor, remote);
	/* A copy may end before the head does, which may reach behind the offset. */
	if (error == 0 && (look.size_bytes >= tail->head.count || tail->marker.count == 0))
		error = imprint_check(descriptor, 0, tail->head);
	return error;
}

/* Turns a MAY_LAG that has lasted too long into OTHER_BYTES; gives other errors back. */
static int judge_lag(struct tail *tail, int error, int64_t now_ms)
{
	if (error == 0)
		tail->short_since_ms = -1;
	if (error != MAY_LAG)
		return error;
	if (tail->short_since_ms < 0)
		tail->short_since_ms = now_ms;
	return now_ms - tail->short_since_ms < TAIL_LAG_WAIT_MS ? MAY_LAG : OTHER_BYTES;
}

/* Reads what is before the offset and at the start: nobody remembers it, or it is known of another
 * file. An offset that is not behind the end of a line, or behind NULs, is inside a line that was
 * cut. */
static int learn(struct tail *tail)
{
	char bytes[INTAKE_MARKER_BYTES];
	int64_t start =
	    tail->offset_bytes > INTAKE_MARKER_BYTES ? tail->offset_bytes - INTAKE_MARKER_BYTES : 0;
	ssize_t length =
	    read_at(tail->descriptor, bytes, (size_t)(tail->offset_bytes - start), start);

	if (length < 0)
		return (int)length;
	if (length < tail->offset_bytes - start)
		return TOO_SHORT;
	tail->marker = imprint_of_tail(view_of(bytes, (size_t)length));
	tail->lines.cut = length > 0 && bytes[length - 1] != '\n' && bytes[length - 1] != '\0';
	length = read_at(tail->descriptor, bytes, sizeof(bytes), 0);
	if (length < 0)
		return (int)length;
	tail->head = imprint_of_head(view_of(bytes, (size_t)length));
	return 0;
}

int tail_follow(struct tail *tail, int descriptor)
{
	struct look look;
	int error;

	tail_leave(tail, TAIL_FOLLOWED);
	tail->descriptor = descriptor;
	tail->remote = is_remote(descriptor);
	tail->gap_end_bytes = 0;
	tail->read_to_bytes = tail->offset_bytes;
	tail->size_bytes = 0;
	tail->modified_ns = -1;
	tail->torn = false;
	error = look_at_descriptor(descriptor, &look);
	if (error == 0)
		error = learn(tail);
	if (error < 0)
		goto fail;
	tail->identity = look.identity;
	if (tail->remote)
		tail->identity.birth_ns = -1;
	return 0;
fail:
	tail_leave(tail, TAIL_LOST);
	return error;
}

void tail_leave(struct tail *tail, enum tail_state state)
{
	if (tail->descriptor >= 0)
		close(tail->descriptor);
	tail->descriptor = -1;
	tail->state = state;
	tail->ending = false;
	tail->changed = false;
	tail->superseded_ms = -1;
}

void tail_continue(struct tail *tail, const struct tail *other)
{
	tail->offset_bytes = other->offset_bytes;
	tail->gap_end_bytes = 0;
	tail->read_to_bytes = other->offset_bytes;
	tail->marker = other->marker;
	tail->head = other->head;
	tail->lines = other->lines;
	set_header(tail, buffer_view(&other->header));
	tail->changed = true;
}

/* Whether the marker's bytes are the first of the file, or none. */
static bool is_at_head(const struct tail *tail)
{
	return tail->offset_bytes == (int64_t)tail->marker.count;
}

/* Where the next bytes are read. */
static int64_t place_of(const struct tail *tail)
{
	return tail->gap_end_bytes > 0 ? tail->gap_end_bytes : tail->offset_bytes;
}

/* The NULs that were known behind the offset may be gone. */
static void forget_gap(struct tail *tail)
{
	tail->gap_end_bytes = 0;
	tail->read_to_bytes = tail->offset_bytes;
}

/* Learns more of the file's first bytes as they are written; those that were known must still be
 * there. Of a file of which no line was read yet, they are all that is known. */
static int check_head(struct tail *tail)
{
	char bytes[INTAKE_MARKER_BYTES];
	ssize_t length;

	if (tail->head.count == sizeof(bytes) && !is_at_head(tail))
		return 0;
	length = read_at(tail->descriptor, bytes, sizeof(bytes), 0);
	if (length < 0)
		return (int)length;
	if ((size_t)length < tail->head.count)
		return tail->remote ? MAY_LAG : OTHER_BYTES;
	if (!imprint_equals(tail->head, view_of(bytes, tail->head.count)))
		return OTHER_BYTES;
	tail->head = imprint_of_head(view_of(bytes, (size_t)length));
	return 0;
}

int tail_look(struct tail *tail, int64_t now_ms)
{
	struct look look;
	int error = look_at_descriptor(tail->descriptor, &look);

	tail->unreadable = false;
	if (error < 0)
		return error;
	if (look.size_bytes < tail->offset_bytes && !tail->remote)
		return OTHER_BYTES;
	if (look.size_bytes != tail->size_bytes || look.modified_ns != tail->modified_ns) {
		tail->changed_ms = now_ms;
		tail->settling = true;
	} else if (!tail->settling || now_ms - tail->changed_ms < SETTLE_MS) {
		return 0;
	} else {
		tail->settling = false;
	}
	error = check_marker(tail, tail->descriptor, tail->remote);
	if (error == 0)
		error = check_head(tail);
	error = judge_lag(tail, error, now_ms);
	if (error < 0)
		return error == MAY_LAG ? 0 : error;
	if (tail->read_to_bytes > look.size_bytes)
		forget_gap(tail);
	tail_remember(tail, &look);
	tail->changed = true;
	return 0;
}

bool tail_is_pending(const struct tail *tail)
{
	return !tail->unreadable && (tail->changed || tail->size_bytes > tail->read_to_bytes);
}

uint64_t tail_lag_bytes(const struct tail *tail)
{
	if (tail->state != TAIL_FOLLOWED || tail->size_bytes <= tail->read_to_bytes)
		return 0;
	return (uint64_t)(tail->size_bytes - tail->read_to_bytes);
}

static size_t count_text(struct view bytes)
{
	size_t count = 0;

	while (count < bytes.length && bytes.data[count] != '\0')
		count++;
	return count;
}

/* The marker's bytes are read again with those that follow them at once. */
static size_t count_before(const struct tail *tail)
{
	return tail->gap_end_bytes > 0 ? 0 : tail->marker.count;
}

/* What stands behind the last line's end, where that ends in NULs. */
static size_t count_gap(struct view bytes)
{
	const char *end;

	if (bytes.length == 0 || bytes.data[bytes.length - 1] != '\0')
		return 0;
	end = memrchr(bytes.data, '\n', bytes.length);
	return end == NULL ? bytes.length : bytes.length - (size_t)(end + 1 - bytes.data);
}

/* Moves on by `taken` bytes; `seen` are they and those before them. The offset stays before NULs
 * until a line is read behind them: they are alike in all files. */
static void advance(struct tail *tail, struct view seen, size_t taken)
{
	size_t gap = count_gap(view_skip(seen, seen.length - taken));
	int64_t place = place_of(tail) + (int64_t)taken;

	if (taken == 0)
		return;
	tail->lines.totals->bytes += taken;
	if (taken > gap) {
		seen = view_first(seen, seen.length - gap);
		if (tail->gap_end_bytes == 0 && is_at_head(tail) && seen.length > tail->head.count)
			tail->head = imprint_of_head(seen);
		tail->marker = imprint_of_tail(seen);
		tail->offset_bytes = place - (int64_t)gap;
	}
	tail->gap_end_bytes = gap > 0 ? place : 0;
}

static size_t count_nuls(struct view bytes)
{
	size_t count = 0;

	while (count < bytes.length && bytes.data[count] == '\0')
		count++;
	return count;
}

/* Where the next byte that is no NUL stands, at `from` or behind it: 0, TOO_SHORT where there is
 * none up to the end, -EBUSY where the search must go on at *ret_place. */
static int find_data(const struct tail *tail, int64_t from, int64_t *ret_place)
{
	int64_t limit = from + MAX_NULS_PER_READ;
	ssize_t length = 0;

	while (from < limit) {
		/* Jumps over holes; what is no hole must be read. */
		off_t data = lseek(tail->descriptor, from, SEEK_DATA);

		if (data < 0 && errno == ENXIO) {
			/* All the rest is a hole. */
			off_t end = lseek(tail->descriptor, 0, SEEK_END);

			*ret_place = end > from ? end : from;
			return TOO_SHORT;
		}
		length = read_at(tail->descriptor, chunk, sizeof(chunk),
		    from = data > from ? data : from);
		*ret_place = from;
		if (length < 0)
			return (int)length;
		if (length == 0)
			return TOO_SHORT;
		*ret_place += (int64_t)count_nuls(view_of(chunk, (size_t)length));
		if (*ret_place < from + length)
			return 0;
		from += length;
	}
	return -EBUSY;
}

/* The chunk ended in NULs, and more than they may follow: goes to what follows, giving up the
 * `partial` bytes of a torn line before them. Without anything behind, the NULs stay unread: they
 * may be space that the writer has yet to fill. */
static int pass_hole(struct tail *tail, int64_t end, size_t partial_bytes)
{
	int64_t from = tail->read_to_bytes > end ? tail->read_to_bytes : end;
	int64_t place = from;
	int error = find_data(tail, from, &place);

	tail->read_to_bytes = place;
	if (error == TOO_SHORT) {
		tail->changed = false;
		return 0;
	}
	if (error < 0)
		return error == -EBUSY ? 0 : error;
	tail->lines.totals->lost_bytes += partial_bytes;
	tail->lines.cut = false;
	tail->gap_end_bytes = place;
	return 0;
}

/* Whether the marker, and all that is known of the head, is still there; `bytes` begin with both
 * but for a gap. */
static int check_known(const struct tail *tail, struct view bytes)
{
	size_t before = count_before(tail);
	size_t known = is_at_head(tail) ? tail->head.count : before;

	if (tail->gap_end_bytes > 0)
		return check_marker(tail, tail->descriptor, tail->remote);
	if (bytes.length < before || bytes.length < known)
		return tail->remote ? MAY_LAG : OTHER_BYTES;
	if (!imprint_equals(tail->marker, view_first(bytes, before)))
		return OTHER_BYTES;
	if (is_at_head(tail) && !imprint_equals(tail->head, view_first(bytes, known)))
		return OTHER_BYTES;
	return 0;
}

/* What follows, and the bytes before it. */
static int read_chunk(const struct tail *tail, struct view *ret_seen)
{
	ssize_t length = read_at(tail->descriptor, chunk, sizeof(chunk),
	    place_of(tail) - (int64_t)count_before(tail));

	if (length < 0)
		return (int)length;
	*ret_seen = view_of(chunk, (size_t)length);
	return check_known(tail, *ret_seen);
}

/* Hands on the lines of one chunk. What is left in it stays unread and goes to *ret_rest. */
static int take_chunk(struct tail *tail, struct view *ret_rest, bool *ret_is_full)
{
	size_t before = count_before(tail);
	struct view seen = {0};
	size_t taken;
	int error = read_chunk(tail, &seen);

	if (error < 0)
		return error;
	if (place_of(tail) == 0 && (tail->refusal = head_refusal(seen)) != NULL)
		return -EILSEQ;
	taken = lines_take(&tail->lines, view_skip(seen, before));
	advance(tail, view_first(seen, before + taken), taken);
	*ret_rest = view_skip(seen, before + taken);
	*ret_is_full = seen.length == sizeof(chunk);
	return 0;
}

/* One chunk, or a part of a hole. */
static int read_on(struct tail *tail)
{
	int64_t place = place_of(tail);
	struct view rest;
	bool is_full;
	int64_t end;
	int error = take_chunk(tail, &rest, &is_full);

	if (error == MAY_LAG) {
		tail->read_to_bytes = tail->size_bytes;
		tail->changed = false;
		return 0;
	}
	if (error < 0)
		return error;
	end = place_of(tail) + (int64_t)rest.length;
	if (is_full && place_of(tail) == place)
		return pass_hole(tail, end, count_text(rest));
	if (tail->read_to_bytes < end)
		tail->read_to_bytes = end;
	if (!is_full && tail->size_bytes > end)
		tail->size_bytes = end; /* it became shorter since it was looked at */
	tail->changed = is_full;
	return 0;
}

int tail_read(struct tail *tail, size_t max_bytes)
{
	size_t done = 0;
	int error = 0;

	do {
		error = read_on(tail);
		done += sizeof(chunk);
	} while (error == 0 && tail->changed && done < max_bytes);
	return error;
}

int tail_finish(struct tail *tail)
{
	int64_t place = place_of(tail);
	size_t before = count_before(tail);
	struct view rest;
	bool is_full;
	int error = take_chunk(tail, &rest, &is_full);

	if (error < 0)
		return error;
	if (place_of(tail) != place)
		return -EBUSY;
	rest = view_first(rest, count_text(rest));
	lines_finish(&tail->lines, rest);
	advance(tail, view_of(chunk, before + rest.length), rest.length);
	tail_leave(tail, TAIL_FINISHED);
	return 0;
}

int tail_check_repetition(const struct tail *tail, int descriptor)
{
	const struct candidate candidate = {.path = tail->path};
	int own;
	int error;

	if (tail->state == TAIL_FOLLOWED)
		return repetition_check(tail->descriptor, descriptor);
	/* Without a marker it was history, of which nothing was read. */
	if (tail->state != TAIL_FINISHED || !tail->found || tail->marker.count == 0)
		return OTHER_BYTES;
	error = files_open(&candidate, &own);
	if (error < 0)
		return OTHER_BYTES; /* it may be closed to us for ever */
	error = repetition_check(own, descriptor);
	close(own);
	return error;
}
