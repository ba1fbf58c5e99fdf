#include "probe/krb_error.h"

#include <errno.h>

int krb_error_read(krb5_context context, struct view message, struct krb_error *ret_error)
{
	const krb5_data encoded = {
	    .length = (unsigned int)message.length, .data = (char *)message.data};
	krb5_error *decoded;

	if (message.length > UINT16_MAX || krb5_rd_error(context, &encoded, &decoded) != 0)
		return -EBADMSG;
	/* Kerberos counts seconds in 32 bits without a sign. */
	*ret_error = (struct krb_error){.code = (int)decoded->error,
	    .time_ms = (int64_t)(uint32_t)decoded->stime * 1000 + decoded->susec / 1000};
	krb5_free_error(context, decoded);
	return 0;
}
