#include "remedy/maintenance.h"

#include <time.h>

#define MINUTES_OF_DAY 1440
#define DAYS_OF_WEEK   7

static bool begins_on(const struct config_maintenance *maintenance, int day)
{
	return (maintenance->days & 1U << (day + DAYS_OF_WEEK) % DAYS_OF_WEEK) != 0;
}

bool maintenance_is_open(const struct config_maintenance *maintenance, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	int minute;

	if (!maintenance->configured || localtime_r(&seconds, &local) == NULL)
		return false;
	minute = local.tm_hour * 60 + local.tm_min;
	if (maintenance->from_minute < maintenance->to_minute)
		return begins_on(maintenance, local.tm_wday) &&
		    minute >= maintenance->from_minute && minute < maintenance->to_minute;
	if (minute >= maintenance->from_minute)
		return begins_on(maintenance, local.tm_wday);
	return minute < maintenance->to_minute && begins_on(maintenance, local.tm_wday - 1);
}
