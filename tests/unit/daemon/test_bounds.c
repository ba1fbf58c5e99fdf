#include "daemon/bounds.h"

#include "directory_fixture.h"

/* ------------------------------------------------------------------- a configuration to bound */

static struct config_log logs[1];
static struct config_site site;
static struct config config;

static char *text_in(const char *name)
{
	char path[512];

	path_in(path, name);
	return strdup(path);
}

static void make_folder(const char *name)
{
	char path[512];

	path_in(path, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static char usual_listen[] = "127.0.0.1:19401";
static char *listens[1];

static int make_config(void **state)
{
	if (make_directory(state) < 0)
		return -1;
	make_folder("var");
	make_folder("var/log");
	make_folder("state");
	make_folder("far");
	make_folder("far/away");
	logs[0] = (struct config_log){.path = text_in("var/log/*.log")};
	site = (struct config_site){.logs = {.items = logs, .count = 1}};
	listens[0] = usual_listen;
	config = (struct config){.state_dir = text_in("state"),
	    .rules_dir = text_in("var"),
	    .programs_dir = text_in("var"),
	    .http = {.listen = {.items = listens, .count = 1}},
	    .sites = {.items = &site, .count = 1}};
	return 0;
}

static int forget_config(void **state)
{
	free(logs[0].path);
	free(config.state_dir);
	free(config.rules_dir);
	free(config.programs_dir);
	return remove_directory(state);
}

static struct bounds *bounds_now(void)
{
	struct bounds *bounds = NULL;
	char auto_free *file = text_in("authmedic.yml");

	assert_int_equal(bounds_new(&bounds, &config, file), 0);
	return bounds;
}

/* What is said about the configuration as it is now by somebody who keeps to those bounds. */
static bool holds(const struct bounds *bounds, const char *words)
{
	struct bounds auto_call(bounds_free) *wanted = bounds_now();
	struct buffer auto_buffer errors;
	bool good;

	buffer_init(&errors, 4096);
	good = bounds_hold(bounds, wanted, &errors);
	assert_int_equal(good, errors.length == 0);
	if (words != NULL && !view_contains(buffer_view(&errors), view_of_text(words)))
		fail_msg("not about %s: %s", words, buffer_text(&errors));
	return good;
}

static void log_at(const char *name)
{
	free(logs[0].path);
	logs[0].path = text_in(name);
}

/* ------------------------------------------------------------------------------------ the tests */

/* What is read again may be the same, or something beside it that does not exist yet. */
static void holds_what_is_near(unused_parameter void **state)
{
	struct bounds auto_call(bounds_free) *bounds = bounds_now();

	assert_true(holds(bounds, NULL));
	log_at("var/log/other.log");
	assert_true(holds(bounds, NULL));
	log_at("var/log/new/?.log");
	assert_true(holds(bounds, NULL));
}

/* A log's folder is reached through its parent, so it may be made anew. */
static void takes_in_the_folder_above(unused_parameter void **state)
{
	struct bounds auto_call(bounds_free) *bounds = NULL;

	log_at("far/away/access.log");
	free(config.rules_dir);
	config.rules_dir = text_in("state");
	bounds = bounds_now();
	log_at("far/later/x.log");
	make_folder("far/later");
	assert_true(holds(bounds, NULL));
}

/* A log or a port elsewhere, and being confined no more, need a new start. */
static void tells_what_is_out_of_reach(unused_parameter void **state)
{
	static char listen[] = "127.0.0.1:19402";
	static char socket_elsewhere[] = "unix:/usr/http.sock";
	struct bounds auto_call(bounds_free) *bounds = NULL;
	char auto_free *file = text_in("far/authmedic.yml");

	make_folder("narrow");
	make_folder("narrow/log");
	log_at("narrow/log/access.log");
	free(config.programs_dir);
	config.programs_dir = text_in("narrow");
	free(config.rules_dir);
	config.rules_dir = text_in("narrow");
	assert_int_equal(bounds_new(&bounds, &config, file), 0);
	log_at("var/log/access.log");
	assert_false(holds(bounds, "/var\n"));
	log_at("narrow/log/access.log");
	listens[0] = listen;
	assert_false(holds(bounds, "another port, 19402"));
	listens[0] = socket_elsewhere; /* which may be read, but is no place for a socket */
	assert_false(holds(bounds, "/usr\n"));
	config.confinement = CONFIG_CONFINEMENT_OFF;
	assert_false(holds(bounds, "not being confined"));
}

/* A link to a log may be followed to where it leads now. */
static void follows_links(unused_parameter void **state)
{
	struct bounds auto_call(bounds_free) *bounds = NULL;
	char target[512], link[512];

	write_in(target, "far/away/real.log", VIEW("x\n"));
	path_in(link, "var/log/access.log");
	assert_int_equal(symlink(target, link), 0);
	log_at("var/log/access.log");
	bounds = bounds_now();
	log_at("far/away/x/real.log");
	assert_true(holds(bounds, NULL));
}

/* Who is not confined may read anything again. */
static void bounds_nothing_when_off(unused_parameter void **state)
{
	static const char *const reasons[] = {"off", "spawn", "command"};

	for (size_t i = 0; i < count_of(reasons); i++) {
		struct bounds auto_call(bounds_free) *bounds = NULL;

		config.confinement = i == 0 ? CONFIG_CONFINEMENT_OFF : CONFIG_CONFINEMENT_ON;
		config.helper_spawn = i == 1;
		site.probe.command.count = i == 2;
		bounds = bounds_now();
		assert_non_null(bounds_enter(bounds).why_not);
		log_at("far/away/access.log");
		assert_true(holds(bounds, NULL));
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_config, forget_config)
	const struct CMUnitTest tests[] = {
	    TEST(holds_what_is_near),
	    TEST(takes_in_the_folder_above),
	    TEST(tells_what_is_out_of_reach),
	    TEST(follows_links),
	    TEST(bounds_nothing_when_off),
	};

	return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
