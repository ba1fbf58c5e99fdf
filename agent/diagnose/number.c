#include "diagnose/number.h"

#include <errno.h>

#define MAX_DIGITS          15
#define MAX_FRACTION_DIGITS 6

/* strtod() would ask the locale and take "inf", "nan" and "0x10". */
int number_parse(struct view text, double *ret_value)
{
	bool negative = view_starts_with(text, VIEW("-"));
	struct view fraction = view_skip(text, negative ? 1 : 0);
	struct view digits;
	bool has_point = view_cut(&fraction, '.', &digits);
	uint64_t whole = 0;
	uint64_t part = 0;
	double value;
	double scale = 1;

	if (digits.length > MAX_DIGITS || view_to_uint64(digits, &whole) < 0)
		return -EINVAL;
	if (has_point &&
	    (fraction.length > MAX_FRACTION_DIGITS || view_to_uint64(fraction, &part) < 0))
		return -EINVAL;
	for (size_t i = 0; i < fraction.length; i++)
		scale *= 10;
	value = (double)whole + (double)part / scale;
	*ret_value = negative ? -value : value;
	return 0;
}
