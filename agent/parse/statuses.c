#include "parse/statuses.h"

#include <errno.h>

#include "config/document.h"

#define MAX_CODES       256 /* with each code of a range that is spread out */
#define SLOTS           512 /* a power of two, at least twice as many */
#define MAX_SPREAD      64 /* wider ranges are looked through */
#define MAX_RANGES      16
#define MAX_SUBSTATUS   999
#define HASH_MULTIPLIER UINT32_C(2654435769)
#define HASH_SHIFT      23 /* leaves the bits of SLOTS */

struct code {
	int64_t win32;
	uint8_t class; /* STATUS_UNLISTED: the slot is free */
};

struct range {
	int64_t first, last;
	enum status_class class;
};

struct statuses {
	struct code slots[SLOTS];
	size_t code_count;
	struct range ranges[MAX_RANGES];
	size_t range_count;
	size_t entry_count;
	uint8_t substatuses[MAX_SUBSTATUS + 1]; /* enum substatus_meaning */
};

static const char *const class_names[STATUS_CLASS_COUNT] = {
    [STATUS_UNLISTED] = "unlisted",
    [STATUS_CHALLENGE] = "challenge",
    [STATUS_LEG] = "leg",
    [STATUS_CLIENT_GONE] = "client-gone",
    [STATUS_HANDLE] = "handle",
    [STATUS_KEY] = "key",
    [STATUS_PASSWORD] = "password",
    [STATUS_ACCOUNT] = "account",
    [STATUS_LOCKOUT] = "lockout",
    [STATUS_POLICY] = "policy",
    [STATUS_SKEW] = "skew",
    [STATUS_KDC] = "kdc",
    [STATUS_NAME] = "name",
    [STATUS_LSA] = "lsa",
    [STATUS_PROXY] = "proxy",
    [STATUS_LEVEL] = "level",
    [STATUS_ENCTYPE] = "enctype",
    [STATUS_BINDING] = "binding",
    [STATUS_MACHINE_SECRET] = "machine-secret",
    [STATUS_OTHER] = "other",
};

static const char *const meaning_names[SUBSTATUS_MEANINGS] = {
    [SUBSTATUS_ELSEWHERE] = "elsewhere",
    [SUBSTATUS_LOGON] = "logon",
    [SUBSTATUS_CHALLENGE] = "challenge",
};

const char *status_class_name(enum status_class class)
{
	return class_names[class];
}

void statuses_free(struct statuses **statuses)
{
	free(*statuses);
	*statuses = NULL;
}

size_t statuses_count(const struct statuses *statuses)
{
	return statuses->entry_count;
}

/* -- looking up ------------------------------------------------------------------------------- */

/* The slot of the code, or the free one where it would go. */
static size_t slot_of(const struct statuses *statuses, int64_t win32)
{
	size_t slot = (uint32_t)win32 * HASH_MULTIPLIER >> HASH_SHIFT;

	while (
	    statuses->slots[slot].class != STATUS_UNLISTED && statuses->slots[slot].win32 != win32)
		slot = (slot + 1) % SLOTS;
	return slot;
}

enum status_class statuses_win32(const struct statuses *statuses, int64_t win32)
{
	const struct code *code = &statuses->slots[slot_of(statuses, win32)];

	if (code->class != STATUS_UNLISTED)
		return code->class;
	for (size_t i = 0; i < statuses->range_count; i++)
		if (win32 >= statuses->ranges[i].first && win32 <= statuses->ranges[i].last)
			return statuses->ranges[i].class;
	return STATUS_UNLISTED;
}

enum substatus_meaning statuses_substatus(const struct statuses *statuses, int substatus)
{
	return substatus >= 0 && substatus <= MAX_SUBSTATUS ? statuses->substatuses[substatus]
							    : SUBSTATUS_ELSEWHERE;
}

enum status_class statuses_class(const struct statuses *statuses, const struct record *record)
{
	enum substatus_meaning meaning = record->substatus >= 0
	    ? statuses_substatus(statuses, record->substatus)
	    : SUBSTATUS_LOGON;

	if (meaning == SUBSTATUS_LOGON)
		return statuses_win32(statuses, record->win32);
	return meaning == SUBSTATUS_CHALLENGE ? STATUS_CHALLENGE : STATUS_UNLISTED;
}

/* -- loading ---------------------------------------------------------------------------------- */

struct loading {
	struct statuses *statuses;
	struct buffer *errors;
	bool failed;
};

static void complain(struct loading *loading, const struct node *node, const char *message)
{
	node_complain(node, loading->errors, "%s", message);
	loading->failed = true;
}

/* The words that may stand under a key. */
struct words {
	const char *key;
	const char *const *names;
	size_t count;
};

/* The index of the word; complains and gives the count where it is none of them. */
static size_t read_word(struct loading *loading, const struct node *item, const struct words *words)
{
	const char *const *names = words->names;
	const struct node *node = node_get(item, words->key);
	size_t count = words->count;
	size_t index = 0;

	while (node != NULL && index < count && strcmp(names[index], node_text(node)) != 0)
		index++;
	if (node != NULL && index < count)
		return index;
	node_complain(
	    node != NULL ? node : item, loading->errors, "`%s` must be one of", words->key);
	for (size_t i = 0; i < count; i++)
		buffer_append_format(loading->errors, "  %s\n", names[i]);
	loading->failed = true;
	return count;
}

/* "1327" or "1327-1331". */
static bool read_range(const struct node *node, int64_t limit, struct range *ret_range)
{
	struct view rest = view_of_text(node_text(node));
	struct view first;
	uint64_t numbers[2];

	if (!view_cut(&rest, '-', &first))
		rest = first;
	if (view_to_uint64(first, &numbers[0]) < 0 || view_to_uint64(rest, &numbers[1]) < 0 ||
	    numbers[0] > numbers[1] || numbers[1] > (uint64_t)limit)
		return false;
	ret_range->first = (int64_t)numbers[0];
	ret_range->last = (int64_t)numbers[1];
	return true;
}

/* NULL, or what is wrong. */
static const char *add_range(struct statuses *statuses, const struct range *range)
{
	statuses->entry_count++;
	if (range->last - range->first >= MAX_SPREAD) {
		if (statuses->range_count == MAX_RANGES)
			return "too many wide ranges";
		statuses->ranges[statuses->range_count++] = *range;
		return NULL;
	}
	for (int64_t win32 = range->first; win32 <= range->last; win32++) {
		struct code *code = &statuses->slots[slot_of(statuses, win32)];

		if (code->class != STATUS_UNLISTED)
			return "this code has a class already";
		if (statuses->code_count++ == MAX_CODES)
			return "too many codes";
		*code = (struct code){win32, (uint8_t)range->class};
	}
	return NULL;
}

static void read_codes(struct loading *loading, const struct node *codes, enum status_class class)
{
	if (node_kind(codes) != NODE_MAPPING || node_count(codes) == 0)
		complain(loading, codes, "`win32` must map codes to their names");
	for (size_t i = 0; i < node_count(codes); i++) {
		struct range range = {.class = class};
		const char *fault = "a code is a decimal number of 32 bits, or two with a dash";

		if (read_range(node_key(codes, i), UINT32_MAX, &range))
			fault = add_range(loading->statuses, &range);
		if (fault != NULL)
			complain(loading, node_key(codes, i), fault);
	}
}

static void read_substatuses(
    struct loading *loading, const struct node *codes, enum substatus_meaning meaning)
{
	if (node_kind(codes) != NODE_MAPPING || node_count(codes) == 0)
		complain(loading, codes, "`substatus` must map codes to their names");
	for (size_t i = 0; i < node_count(codes); i++) {
		struct range range = {0};

		if (!read_range(node_key(codes, i), MAX_SUBSTATUS, &range))
			complain(loading, node_key(codes, i), "a sub-status is a number up to 999");
		for (int64_t code = range.first; code <= range.last; code++)
			loading->statuses->substatuses[code] = (uint8_t)meaning;
	}
}

static void read_item(struct loading *loading, const struct node *item)
{
	/* "unlisted" is no class to put codes into. */
	static const struct words classes = {"class", class_names + 1, STATUS_CLASS_COUNT - 1};
	static const struct words meanings = {"means", meaning_names, SUBSTATUS_MEANINGS};
	const struct node *win32 = node_get(item, "win32");
	const struct node *substatus = node_get(item, "substatus");
	size_t index;

	if ((win32 == NULL) == (substatus == NULL)) {
		complain(loading, item, "an item has either `win32` or `substatus`");
	} else if (win32 != NULL) {
		index = read_word(loading, item, &classes);
		if (index < classes.count)
			read_codes(loading, win32, (enum status_class)(index + 1));
	} else {
		index = read_word(loading, item, &meanings);
		if (index < meanings.count)
			read_substatuses(loading, substatus, (enum substatus_meaning)index);
	}
}

static void check_keys(struct loading *loading, const struct node *item)
{
	static const char *const keys[] = {
	    "class", "title", "win32", "substatus", "means", "examples"};

	for (size_t i = 0; i < node_count(item); i++) {
		bool known = false;

		for (size_t k = 0; k < count_of(keys); k++)
			known = known || strcmp(keys[k], node_text(node_key(item, i))) == 0;
		if (!known)
			complain(loading, node_key(item, i), "unknown key");
	}
}

static int on_item(void *context, const struct node *item)
{
	struct loading *loading = context;

	if (node_kind(item) != NODE_MAPPING) {
		complain(loading, item, "a group of codes is a mapping");
		return 0;
	}
	check_keys(loading, item);
	read_item(loading, item);
	return 0;
}

int statuses_load(struct statuses **ret_statuses, const char *directory, struct buffer *errors)
{
	struct loading loading = {.errors = errors};
	const struct document_items items = {"statuses", on_item, &loading};
	int error;

	loading.statuses = calloc(1, sizeof(*loading.statuses));
	if (loading.statuses == NULL)
		return -ENOMEM;
	error = document_load_folder(directory, errors, &items);
	if (error == 0 && loading.failed)
		error = -EINVAL;
	if (error < 0) {
		statuses_free(&loading.statuses);
		return error;
	}
	*ret_statuses = loading.statuses;
	return 0;
}
