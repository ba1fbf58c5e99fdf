#include <errno.h>

#include "unit.h"

#include "report/http_files_fixture.h"

#include "report/http_users.h"

static struct http_users *users;
static struct buffer errors;
static const struct secret_digest key = {{7}};

static int set_up(unused_parameter void **state)
{
	buffer_init(&errors, 65536);
	return make_folder();
}

static int tear_down(unused_parameter void **state)
{
	http_users_free(&users);
	buffer_done(&errors);
	return remove_folder();
}

static int load(const char *text)
{
	buffer_clear(&errors);
	http_users_free(&users);
	write_file(users_path, text, 0600);
	return http_users_load(&users, users_path, &errors);
}

static bool find(const char *name, char hash[PASSWORD_HASH_BYTES])
{
	char padded[HTTP_MAX_USER_BYTES + 1] = {0};

	memcpy(padded, name, strlen(name));
	return http_users_find(users, padded, &key, hash);
}

static void test_good(unused_parameter void **state)
{
	/* As htpasswd writes it, with comments, empty lines and the ends of lines of Windows. */
	char hash[PASSWORD_HASH_BYTES];

	assert_int_equal(load("# people\n" ALICE "\r\n\n  " BOB "  "), 0);
	assert_int_equal(http_users_count(users), 2);
	assert_true(find("alice", hash));
	assert_true(password_hash_matches(hash, "wonderland"));
	assert_false(password_hash_matches(hash, "builder"));
	assert_false(password_hash_matches(hash, ""));
	assert_true(find("bob", hash));
	assert_true(password_hash_matches(hash, "builder"));
	assert_false(find("Alice", hash));
	assert_false(find("", hash));
}

static void test_unknown_costs_the_same(unused_parameter void **state)
{
	/* An unknown name gets somebody's hash, the same each time, so that bcrypt is asked for it
	 * as well; but which depends on a key that nobody knows. */
	char once[PASSWORD_HASH_BYTES];
	char again[PASSWORD_HASH_BYTES];
	bool seen_other = false;

	assert_int_equal(load(ALICE "\n" BOB "\n"), 0);
	assert_false(find("mallory", once));
	assert_false(find("mallory", again));
	assert_string_equal(once, again);
	assert_true(password_hash_is_good(once));
	for (char name[] = "aa"; name[0] <= 'z'; name[0]++) {
		assert_false(find(name, again));
		seen_other |= strcmp(once, again) != 0;
	}
	assert_true(seen_other);
}

static void assert_refused(const char *text, const char *expected)
{
	char complaint[512];

	snprintf(complaint, sizeof(complaint), "%s%s\n", users_path, expected);
	assert_int_equal(load(text), -EINVAL);
	assert_null(users);
	assert_string_equal(buffer_text(&errors), complaint);
}

static void test_bad_lines(unused_parameter void **state)
{
	/* Each fault with its line; what stood there is not repeated. */
	static const char no_bcrypt[] = ":2: the hash is none of bcrypt's with a cost of 4 to 15; "
					"make it with htpasswd -B";

	assert_refused("", ": has no user");
	assert_refused("#\n\n", ": has no user");
	assert_refused("alice\n", ":1: a line must be NAME:HASH");
	assert_refused(":x\n", ":1: a line must be NAME:HASH");
	assert_refused("a b:x\n", ":1: a line must be NAME:HASH");
	assert_refused(ALICE "\n" ALICE "\n", ":2: the name stands in an earlier line, too");
	assert_refused(ALICE "\nbob:\n", no_bcrypt);
	assert_refused(ALICE "\nbob:secret\n", no_bcrypt);
	assert_refused(ALICE "\nbob:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00\n", no_bcrypt);
	assert_refused(ALICE "\nbob:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=\n", no_bcrypt);
	assert_refused(ALICE "x\n",
	    ":1: the hash is too long for bcrypt; make it with htpasswd -B");
	assert_int_equal(load("alice\n:\n" ALICE "\n"), -EINVAL);
	assert_non_null(strstr(buffer_text(&errors), ":1: "));
	assert_non_null(strstr(buffer_text(&errors), ":2: "));
}

static void test_costs(unused_parameter void **state)
{
	/* The cost is bounded: one of 31 would take weeks. */
	static const char digits[] = "abcdefghijklmnopqrstuv0123456789./ABCDEFGHIJKLMNOPQRST";
	static const char *const good[] = {"$2y$04$", "$2a$10$", "$2b$15$"};
	static const char *const bad[] = {
	    "$2y$03$", "$2y$16$", "$2y$31$", "$2x$10$", "$2$10$a", "$2y$1x$", "$3y$10$"};
	char hash[128];

	for (size_t i = 0; i < count_of(good); i++) {
		snprintf(hash, sizeof(hash), "%s%.53s", good[i], digits);
		assert_true(password_hash_is_good(hash));
	}
	for (size_t i = 0; i < count_of(bad); i++) {
		snprintf(hash, sizeof(hash), "%s%.53s", bad[i], digits);
		assert_false(password_hash_is_good(hash));
	}
}

static void test_bad_files(unused_parameter void **state)
{
	/* A file that others may read is refused, and one that is not there. */
	write_file(users_path, ALICE "\n", 0644);
	assert_int_equal(http_users_load(&users, users_path, &errors), -EPERM);
	assert_non_null(strstr(buffer_text(&errors), "must belong to root or to us"));
	unlink(users_path);
	buffer_clear(&errors);
	assert_int_equal(http_users_load(&users, users_path, &errors), -ENOENT);
	assert_non_null(strstr(buffer_text(&errors), "cannot be read: No such file"));
}

static void test_many(unused_parameter void **state)
{
	/* So many users and no more. */
	struct buffer auto_buffer text;

	buffer_init(&text, 65536);
	for (int i = 0; i < HTTP_MAX_USERS; i++)
		buffer_append_format(&text, "u%d%s\n", i, strchr(ALICE, ':'));
	assert_int_equal(load(buffer_text(&text)), 0);
	assert_int_equal(http_users_count(users), HTTP_MAX_USERS);
	buffer_append_text(&text, ALICE "\n");
	assert_refused(buffer_text(&text), ":65: there are too many users");
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    file_test(test_good),
	    file_test(test_unknown_costs_the_same),
	    file_test(test_bad_lines),
	    cmocka_unit_test(test_costs),
	    file_test(test_bad_files),
	    file_test(test_many),
	};

	return cmocka_run_group_tests_name("report/http_users", tests, NULL, NULL);
}
