/* Text for people and machines: escaping, durations, sizes, times. */
#ifndef AUTHMEDIC_BASE_TEXT_H
#define AUTHMEDIC_BASE_TEXT_H

#include "base/buffer.h"

/* Appends bytes of unknown origin so that no terminal, log or page can be fooled by them: all
 * outside 0x20-0x7e, and the backslash, become \xNN. */
void text_append_escaped(struct buffer *buffer, struct view bytes);
/* The same but for the backslash, which stays: for text whose parts were escaped before. */
void text_append_printable(struct buffer *buffer, struct view bytes);
/* The same for HTML text and attribute values; other bytes than valid UTF-8 become U+FFFD. */
void text_append_html(struct buffer *buffer, struct view bytes);
/* The same bytes as valid UTF-8; each byte that is not becomes U+FFFD. */
void text_append_utf8(struct buffer *buffer, struct view bytes);

/* "90s", "5m", "24h", "30d", "500ms"; -EINVAL on anything else, -ERANGE beyond 100 years. */
must_check int text_to_duration_ms(struct view text, int64_t *ret_duration_ms);
/* "512", "16KiB", "4MiB", "1GiB"; -EINVAL on anything else, -ERANGE beyond int64_t. */
must_check int text_to_size_bytes(struct view text, int64_t *ret_size_bytes);

#define TEXT_TIME_BYTES 32
/* RFC 3339 in UTC with milliseconds; outside the years 0-9999 "-". */
const char *text_of_time(int64_t time_ms, char ret_text[TEXT_TIME_BYTES]);
/* What text_of_time() wrote, and nothing else; -EINVAL. */
must_check int text_to_time(struct view text, int64_t *ret_time_ms);
/* A duration for people: "850 ms", "-42 s", "3 min 20 s", "2 h 5 min", "31 d". */
const char *text_of_duration(int64_t duration_ms, char ret_text[TEXT_TIME_BYTES]);

/* Days since 1970-01-01 of a date in the proleptic Gregorian calendar; month and day from 1. */
int64_t text_days_of_date(int64_t year, int month, int day);

#endif
