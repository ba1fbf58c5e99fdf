#include "report/password_hash.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "report/secret_digest.h"

#define MIN_COST 4

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_hash_letter(char byte)
{
	return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       byte == '.' || byte == '/';
}

bool password_hash_is_good(const char *hash)
{
	int cost;

	if (strlen(hash) != PASSWORD_HASH_BYTES - 1 || strncmp(hash, "$2", 2) != 0 ||
	    strchr("aby", hash[2]) == NULL || hash[3] != '$' || !is_digit(hash[4]) ||
	    !is_digit(hash[5]) || hash[6] != '$')
		return false;
	cost = (hash[4] - '0') * 10 + hash[5] - '0';
	for (const char *byte = hash + 7; *byte != '\0'; byte++)
		if (!is_hash_letter(*byte))
			return false;
	return cost >= MIN_COST && cost <= PASSWORD_HASH_MAX_COST;
}

bool password_hash_matches(const char *hash, const char *password)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	/* Not crypt_r(), in whose place AddressSanitizer puts one that has nothing behind it. */
	const char *made =
	    data != NULL ? crypt_rn(password, hash, data, (int)sizeof(*data)) : NULL;
	bool same = made != NULL && strlen(made) == PASSWORD_HASH_BYTES - 1 &&
		    strlen(hash) == PASSWORD_HASH_BYTES - 1 &&
		    secret_equal(made, hash, PASSWORD_HASH_BYTES);

	if (data != NULL)
		secret_forget(data, sizeof(*data));
	free(data);
	return same;
}
