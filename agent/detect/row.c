#include "detect/row.h"

void row_begin(struct row_writer *row, uint8_t version)
{
	row->length = 0;
	row_put(row, version, 1);
}

void row_put(struct row_writer *row, uint64_t number, size_t width_bytes)
{
	for (size_t i = 0; i < width_bytes && row->length < sizeof(row->bytes); i++)
		row->bytes[row->length++] = (uint8_t)(number >> (8 * i));
}

struct view row_view(const struct row_writer *row)
{
	return view_of((const char *)row->bytes, row->length);
}

struct row_reader row_open(struct view bytes, uint8_t version)
{
	struct row_reader row = {.rest = bytes};

	if (row_get(&row, 1) != version)
		row.broken = true;
	return row;
}

struct row_reader row_open_any(struct view bytes, uint8_t newest, uint8_t *ret_version)
{
	struct row_reader row = row_open(bytes, newest);

	*ret_version = newest;
	while (row.broken && *ret_version > 1)
		row = row_open(bytes, --*ret_version);
	return row;
}

uint64_t row_get(struct row_reader *row, size_t width_bytes)
{
	uint64_t number = 0;

	if (row->rest.length < width_bytes) {
		row->broken = true;
		return 0;
	}
	for (size_t i = 0; i < width_bytes; i++)
		number |= (uint64_t)(unsigned char)row->rest.data[i] << (8 * i);
	row->rest = view_skip(row->rest, width_bytes);
	return number;
}

uint64_t row_get_below(struct row_reader *row, size_t width_bytes, uint64_t limit)
{
	uint64_t number = row_get(row, width_bytes);

	if (number < limit)
		return number;
	row->broken = true;
	return 0;
}

bool row_is_whole(const struct row_reader *row)
{
	return !row->broken && view_is_empty(row->rest);
}

struct view row_key(char kind, uint64_t name, char ret_bytes[ROW_KEY_BYTES])
{
	ret_bytes[0] = kind;
	for (int i = 0; i < 8; i++)
		ret_bytes[1 + i] = (char)(name >> (56 - 8 * i));
	return view_of(ret_bytes, ROW_KEY_BYTES);
}

bool row_key_is(struct view key, char kind, uint64_t *ret_name)
{
	uint64_t name = 0;

	if (key.length != ROW_KEY_BYTES || key.data[0] != kind)
		return false;
	for (int i = 0; i < 8; i++)
		name = name << 8 | (unsigned char)key.data[1 + i];
	*ret_name = name;
	return true;
}

int row_offer(const struct row_sink *sink, char kind, uint64_t name, const struct row_writer *row)
{
	char bytes[ROW_KEY_BYTES];

	return sink->on_row(sink->context, row_key(kind, name, bytes), row_view(row));
}

int row_offer_gone(const struct row_sink *sink, char kind, uint64_t name)
{
	char bytes[ROW_KEY_BYTES];

	return sink->on_row(sink->context, row_key(kind, name, bytes), VIEW(""));
}
