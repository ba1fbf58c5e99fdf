#include "report/http_users.h"

#include <errno.h>

#include "report/secret_file.h"

#define MAX_FILE_BYTES ((size_t)64 * 1024)

struct user {
	char name[HTTP_MAX_USER_BYTES + 1]; /* the rest is zero */
	char hash[PASSWORD_HASH_BYTES];
};

struct http_users {
	struct user items[HTTP_MAX_USERS];
	size_t count;
};

/* One pass over a file. */
struct loading {
	struct http_users *users;
	const char *path;
	size_t line;
	struct buffer *errors;
	bool failed;
};

static void complain(struct loading *loading, const char *message)
{
	loading->failed = true;
	buffer_append_format(
	    loading->errors, "%s:%zu: %s\n", loading->path, loading->line, message);
}

static bool is_good_name(struct view name)
{
	if (view_is_empty(name) || name.length > HTTP_MAX_USER_BYTES)
		return false;
	for (size_t i = 0; i < name.length; i++)
		if ((unsigned char)name.data[i] <= 0x20 || name.data[i] == 0x7f)
			return false;
	return true;
}

static bool is_taken(const struct http_users *users, struct view name)
{
	for (size_t i = 0; i < users->count; i++)
		if (view_equal_text(name, users->items[i].name))
			return true;
	return false;
}

/* Nothing of the line is repeated: it may hold a password that somebody forgot to hash. */
static void read_line(struct loading *loading, struct view line)
{
	struct view hash = view_trim(line);
	struct user user = {0};
	struct view name;

	if (view_is_empty(hash) || hash.data[0] == '#')
		return;
	if (!view_cut(&hash, ':', &name) || !is_good_name(name)) {
		complain(loading, "a line must be NAME:HASH");
		return;
	}
	if (hash.length >= sizeof(user.hash)) {
		complain(loading, "the hash is too long for bcrypt; make it with htpasswd -B");
		return;
	}
	if (is_taken(loading->users, name)) {
		complain(loading, "the name stands in an earlier line, too");
		return;
	}
	if (loading->users->count == HTTP_MAX_USERS) {
		complain(loading, "there are too many users");
		return;
	}
	memcpy(user.name, name.data, name.length);
	if (hash.length > 0)
		memcpy(user.hash, hash.data, hash.length);
	if (password_hash_is_good(user.hash))
		loading->users->items[loading->users->count++] = user;
	else
		complain(loading, "the hash is none of bcrypt's with a cost of 4 to 15; make it "
				  "with htpasswd -B");
}

static int read_file(const char *path, struct buffer *content, struct buffer *errors)
{
	int error = secret_file_read(path, content);

	if (error < 0)
		buffer_append_format(
		    errors, "%s: cannot be read: %s\n", path, secret_file_why(error));
	return error;
}

static int read_lines(struct loading *loading, struct view rest)
{
	while (!view_is_empty(rest)) {
		struct view line;

		view_cut(&rest, '\n', &line);
		if (view_ends_with(line, VIEW("\r")))
			line.length--;
		loading->line++;
		read_line(loading, line);
	}
	if (!loading->failed && loading->users->count == 0) {
		buffer_append_format(loading->errors, "%s: has no user\n", loading->path);
		loading->failed = true;
	}
	return loading->failed ? -EINVAL : 0;
}

int http_users_load(struct http_users **ret_users, const char *path, struct buffer *errors)
{
	struct http_users *auto_call(http_users_free) users = calloc(1, sizeof(*users));
	struct buffer auto_buffer content;
	struct loading loading = {.users = users, .path = path, .errors = errors};
	int error;

	buffer_init(&content, MAX_FILE_BYTES);
	error = users == NULL ? -ENOMEM : read_file(path, &content, errors);
	if (error == 0)
		error = read_lines(&loading, buffer_view(&content));
	if (content.data != NULL)
		secret_forget(content.data, content.capacity_bytes);
	if (error == 0)
		*ret_users = take_pointer(users);
	return error;
}

void http_users_free(struct http_users **users)
{
	if (*users == NULL)
		return;
	secret_forget(*users, sizeof(**users));
	free(*users);
	*users = NULL;
}

size_t http_users_count(const struct http_users *users)
{
	return users->count;
}

bool http_users_find(const struct http_users *users, const char name[HTTP_MAX_USER_BYTES + 1],
    const struct secret_digest *key, char ret_hash[PASSWORD_HASH_BYTES])
{
	struct secret_digest digest = {0};
	size_t place;
	bool found = false;

	/* A digest that cannot be made is all zero, and the first user's hash is as good. */
	if (secret_digest_make(key, view_of_text(name), &digest) < 0)
		digest = (struct secret_digest){0};
	place = digest.bytes[0] % users->count;
	for (size_t i = 0; i < users->count; i++) {
		if (secret_equal(users->items[i].name, name, HTTP_MAX_USER_BYTES + 1)) {
			place = i;
			found = true;
		}
	}
	memcpy(ret_hash, users->items[place].hash, PASSWORD_HASH_BYTES);
	return found;
}
