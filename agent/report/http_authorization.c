#include "report/http_authorization.h"

#include <errno.h>

#include "base/base64.h"
#include "report/secret_digest.h"

#define MAX_PAIR_BYTES ((size_t)HTTP_MAX_USER_BYTES + 1 + HTTP_MAX_PASSWORD_BYTES)

static bool is_printable(struct view text)
{
	for (size_t i = 0; i < text.length; i++)
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
			return false;
	return true;
}

static int split(struct view pair, struct http_credentials *ret_credentials)
{
	struct view password = pair;
	struct view user;

	if (!is_printable(pair) || !view_cut(&password, ':', &user) || view_is_empty(user) ||
	    user.length > HTTP_MAX_USER_BYTES || password.length > HTTP_MAX_PASSWORD_BYTES)
		return -EINVAL;
	*ret_credentials = (struct http_credentials){0};
	memcpy(ret_credentials->user, user.data, user.length);
	if (password.length > 0)
		memcpy(ret_credentials->password, password.data, password.length);
	return 0;
}

int http_authorization_parse(struct view header, struct http_credentials *ret_credentials)
{
	struct buffer auto_buffer pair;
	struct view token = view_trim(header);
	struct view scheme;
	int error = -EINVAL;

	buffer_init(&pair, MAX_PAIR_BYTES);
	if (view_cut(&token, ' ', &scheme) && view_equal_ignoring_case(scheme, VIEW("Basic")) &&
	    base64_append_decoded(&pair, view_trim(token)) == 0)
		error = split(buffer_view(&pair), ret_credentials);
	if (pair.data != NULL)
		secret_forget(pair.data, pair.capacity_bytes);
	return error;
}

void http_credentials_forget(struct http_credentials *credentials)
{
	secret_forget(credentials, sizeof(*credentials));
}
