/* Short logs as text, for the tests of detect/. A line is
 *
 *      SECONDS CLIENT STATUS[.SUBSTATUS[.WIN32]] [key=value ...]
 *
 * with the keys user, agent, target, conn, scheme, reply, reason, host, worker, forwarded, method
 * and words without spaces; seconds count from SCRIPT_START_MS and may have a fraction. What is not
 * said is not in the log. */
#ifndef AUTHMEDIC_TESTS_DETECT_SCRIPT_H
#define AUTHMEDIC_TESTS_DETECT_SCRIPT_H

#include "base/buffer.h"
#include "detect/detector.h"

#define SCRIPT_START_MS INT64_C(1700000000000)

/* Ends the test where the line cannot be read. */
struct record script_record(struct view line);
/* Seconds as in a line. */
int64_t script_time_ms(struct view seconds);

/* The rules of the tree, loaded once. */
const struct statuses *script_statuses(void);
struct detector_options script_options(void);
struct detector *script_detector(void);

/* "kerberos established 2, unknown rejected 1, authenticated 3", what is not zero. */
void script_summary(const struct detector *detector, struct buffer *ret_text);
/* "known-good 2, active 2, rejected 1, spike", what is not zero. */
void script_window(const struct detector *detector, struct buffer *ret_text);

/* A line as with printf, given to the detector. */
void script_say(struct detector *detector, const char *format, ...) format_like(2, 3);
/* The clients 10.1.0.0 + `from` to `to` - 1 get in, or are refused, by a Kerberos token. */
void script_admit(struct detector *detector, unsigned from, unsigned to, int second);
void script_refuse(struct detector *detector, unsigned from, unsigned to, int second);

void script_assert_summary(const struct detector *detector, const char *expected);
void script_assert_window(const struct detector *detector, const char *expected);

#endif
