#include "requests.h"

#include "base/text.h"

#define MAX_TEXT_BYTES ((size_t)64 * 1024)

static const char small_digits[] = "0123456789abcdef";
static const char large_digits[] = "0123456789ABCDEF";

/* Splitmix64. */
uint64_t chance_next(struct chance *chance)
{
	uint64_t value = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

unsigned chance_below(struct chance *chance, unsigned limit)
{
	return (unsigned)(chance_next(chance) % limit);
}

static void append_hex(struct buffer *buffer, const char *before, const char *digits, char byte)
{
	unsigned char value = (unsigned char)byte;

	buffer_append_text(buffer, before);
	buffer_append_byte(buffer, digits[value >> 4]);
	buffer_append_byte(buffer, digits[value & 15]);
}

static bool is_printable(char byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

void escape_apache(struct buffer *buffer, struct view bytes)
{
	static const char controls[] = "\b\n\r\t\v";
	static const char letters[] = "bnrtv";

	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];
		const char *control = byte != '\0' ? strchr(controls, byte) : NULL;

		if (byte == '"' || byte == '\\')
			buffer_append_format(buffer, "\\%c", byte);
		else if (control != NULL)
			buffer_append_format(buffer, "\\%c", letters[control - controls]);
		else if (!is_printable(byte))
			append_hex(buffer, "\\x", small_digits, byte);
		else
			buffer_append_byte(buffer, byte);
	}
}

void escape_nginx(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];

		if (byte == '"' || byte == '\\' || !is_printable(byte))
			append_hex(buffer, "\\x", large_digits, byte);
		else
			buffer_append_byte(buffer, byte);
	}
}

void escape_squid(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];

		if (byte == '"' || byte == '\\')
			buffer_append_format(buffer, "\\%c", byte);
		else if (byte == '\r' || byte == '\n' || byte == '\t')
			buffer_append_text(
			    buffer, byte == '\r' ? "\\r" : (byte == '\n' ? "\\n" : "\\t"));
		else
			buffer_append_byte(buffer, byte);
	}
}

void escape_url(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];
		bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
		    (byte >= 'a' && byte <= 'z');

		if (plain)
			buffer_append_byte(buffer, byte);
		else
			append_hex(buffer, "%", large_digits, byte);
	}
}

void escape_json(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];

		if (byte == '"' || byte == '\\')
			buffer_append_format(buffer, "\\%c", byte);
		else if ((unsigned char)byte < 0x20)
			append_hex(buffer, "\\u00", large_digits, byte);
		else
			buffer_append_byte(buffer, byte);
	}
}

void escape_haproxy(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		char byte = bytes.data[i];

		if (!is_printable(byte) || strchr("\"#{|}", byte) != NULL)
			append_hex(buffer, "#", large_digits, byte);
		else
			buffer_append_byte(buffer, byte);
	}
}

void escape_nothing(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		if (bytes.data[i] != '\r' && bytes.data[i] != '\n')
			buffer_append_byte(buffer, bytes.data[i]);
}

void escape_iis(struct buffer *buffer, struct view bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		buffer_append_byte(buffer, byte <= 0x20 || byte == 0x7f ? '+' : (char)byte);
	}
}

static struct buffer *const *texts_of(struct request *request, struct buffer *ret_texts[9])
{
	struct buffer *texts[] = {&request->client, &request->user, &request->method,
	    &request->target, &request->referer, &request->agent, &request->host, &request->text,
	    NULL};

	memcpy(ret_texts, texts, sizeof(texts));
	return ret_texts;
}

void request_init(struct request *request)
{
	struct buffer *texts[9];

	memset(request, 0, sizeof(*request));
	for (struct buffer *const *text = texts_of(request, texts); *text != NULL; text++)
		buffer_init(*text, MAX_TEXT_BYTES);
}

void request_done(struct request *request)
{
	struct buffer *texts[9];

	for (struct buffer *const *text = texts_of(request, texts); *text != NULL; text++)
		buffer_done(*text);
}

/* What a client may send: mostly letters, often what a log is built from,
 * sometimes any byte. */
static size_t make_up_bytes(struct chance *chance, char *bytes, size_t max_bytes)
{
	static const char hostile[] = "\"\\[] :=-+\t\"\\;#%'";
	size_t limit = chance_below(chance, 50) == 0 ? max_bytes : 24;
	size_t length = chance_below(chance, (unsigned)limit);

	for (size_t i = 0; i < length; i++) {
		unsigned kind = chance_below(chance, 8);

		if (kind == 0)
			bytes[i] = hostile[chance_below(chance, sizeof(hostile) - 1)];
		else if (kind == 1)
			bytes[i] = (char)chance_below(chance, 256);
		else
			bytes[i] = (char)('a' + chance_below(chance, 26));
	}
	return length;
}

static void make_up_text(struct buffer *buffer, struct chance *chance, request_escape *escape)
{
	char bytes[2000];
	size_t length = make_up_bytes(chance, bytes, sizeof(bytes));

	buffer_clear(buffer);
	escape(buffer, view_of(bytes, length));
	if (buffer->length == 0)
		buffer_append_byte(buffer, '-');
}

static void make_up_client(struct request *request, struct chance *chance)
{
	struct address address = {.family = chance_below(chance, 3) == 0 ? 6 : 4};

	for (int i = 0; i < (address.family == 4 ? 4 : 16); i++)
		address.bytes[i] = (uint8_t)chance_next(chance);
	buffer_clear(&request->client);
	address_append(&request->client, &address);
	request->address = address;
}

void request_make_up(struct request *request, struct chance *chance, request_escape *escape,
    request_escape *escape_user)
{
	static const char *const methods[] = {"GET", "POST", "CONNECT", "PROPFIND", "X"};
	static const int statuses[] = {200, 200, 304, 401, 401, 407, 403, 500};

	/* 1970 to 2242 */
	request->time_ms = (int64_t)(chance_next(chance) % UINT64_C(8600000000)) * 1000;
	request->zone_minutes = (int)chance_below(chance, 4 * 27) * 15 - 12 * 60;
	make_up_client(request, chance);
	make_up_text(&request->user, chance, escape_user);
	request->has_user = chance_below(chance, 2) == 0 && buffer_view(&request->user).length > 1;
	if (!request->has_user) {
		buffer_clear(&request->user);
		buffer_append_byte(&request->user, '-');
	}
	buffer_clear(&request->method);
	buffer_append_text(&request->method, methods[chance_below(chance, count_of(methods))]);
	make_up_text(&request->target, chance, escape);
	make_up_text(&request->referer, chance, escape);
	make_up_text(&request->agent, chance, escape);
	make_up_text(&request->host, chance, escape);
	make_up_text(&request->text, chance, escape);
	request->status = statuses[chance_below(chance, count_of(statuses))];
	request->sent_bytes =
	    chance_below(chance, 4) == 0 ? -1 : (int64_t)chance_below(chance, 1U << 31);
}

void request_append_ncsa_time(const struct request *request, struct buffer *buffer)
{
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int zone = request->zone_minutes;
	int ahead = zone < 0 ? -zone : zone;
	char text[TEXT_TIME_BYTES];

	text_of_time(request->time_ms + (int64_t)zone * 60000, text);
	buffer_append_format(buffer, "%.2s/%s/%.4s:%.8s %c%02d%02d", text + 8,
	    months[(text[5] - '0') * 10 + text[6] - '1'], text, text + 11, zone < 0 ? '-' : '+',
	    ahead / 60, ahead % 60);
}
