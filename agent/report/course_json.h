/* The last hour of a course for machines: short, as it is part of every status. */
#ifndef AUTHMEDIC_REPORT_COURSE_JSON_H
#define AUTHMEDIC_REPORT_COURSE_JSON_H

#include "base/json.h"
#include "report/course.h"

#define COURSE_TOLD_MINUTES 60

/* Puts "last_hour" and "marks" into the object. Each list has one item a minute, the last is the
 * present minute; a gap is null. Without a course both are null. */
void course_put(struct json *object, const struct course *course, int64_t now_ms);

#endif
