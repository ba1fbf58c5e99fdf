#include "unit.h"

#include <errno.h>

#include "allocation.h"
#include "plugin/environment.h"

static char *words[] = {"/bin/true", "a=b", ""};
static struct config_site site = {
    .name = "web",
    .server = {.name = "squid",
        .worker_process = "negotiate_kerberos_auth",
        .configuration = {words, 1, 1}},
    .service = "HTTP/www",
    .probe = {.client_keytab = "/k", .client_principal = "p"},
    .configuration = {words, 2, 2},
    .worker = {.pidfile = "/run/squid.pid"},
};

static struct config_with with[] = {
    {.key = "command", .is_list = true, .values = {words, 3, 3}},
    {.key = "snake_case_2", .values = {words + 1, 1, 1}},
    {.key = "empty_list", .is_list = true},
    {.key = "empty"},
};
static struct config_rung rung = {
    .remedy = "recycle", .with = {with, count_of(with), count_of(with)}};

/* For that rung, or for an inspector. */
static int make(struct environment *environment, const struct config_rung *of)
{
	const struct environment_order order = {.site = &site,
	    .rung = of,
	    .action_id = of != NULL ? "0123" : NULL,
	    .state_folder = of != NULL ? "/var/lib/x" : NULL};

	return environment_make(environment, &order);
}

static void assert_has(const struct environment *environment, const char *entry)
{
	for (size_t i = 0; i + 1 < environment->count; i++)
		if (strcmp(environment->items[i], entry) == 0)
			return;
	fail_msg("%s is missing", entry);
}

static bool has_name(const struct environment *environment, const char *name)
{
	for (size_t i = 0; i + 1 < environment->count; i++)
		if (view_starts_with(view_of_text(environment->items[i]), view_of_text(name)))
			return true;
	return false;
}

/* What is configured is told; what is not is not, and an inspector learns nothing of remedies. */
static void tells_the_site(unused_parameter void **state)
{
	struct environment environment = {0};

	assert_int_equal(make(&environment, NULL), 0);
	assert_null(environment.items[environment.count - 1]);
	assert_has(&environment, "AUTHMEDIC_CONTRACT=1");
	assert_has(&environment, "AUTHMEDIC_SITE=web");
	assert_has(&environment, "AUTHMEDIC_SERVER=squid");
	assert_has(&environment, "AUTHMEDIC_SERVER_WORKER_PROCESS=negotiate_kerberos_auth");
	assert_has(&environment, "AUTHMEDIC_SERVICE=HTTP/www");
	assert_has(&environment, "AUTHMEDIC_WORKER_PIDFILE=/run/squid.pid");
	assert_has(&environment, "AUTHMEDIC_PROBE_CLIENT_KEYTAB=/k");
	assert_has(&environment, "AUTHMEDIC_PROBE_CLIENT_PRINCIPAL=p");
	assert_has(&environment, "AUTHMEDIC_CONFIGURATION_COUNT=3");
	assert_has(&environment, "AUTHMEDIC_CONFIGURATION_1=/bin/true");
	assert_has(&environment, "AUTHMEDIC_CONFIGURATION_2=/bin/true");
	assert_has(&environment, "AUTHMEDIC_CONFIGURATION_3=a=b");
	assert_false(has_name(&environment, "AUTHMEDIC_WORKER_UNIT"));
	assert_false(has_name(&environment, "AUTHMEDIC_KEYTAB"));
	assert_false(has_name(&environment, "AUTHMEDIC_WITH"));
	assert_false(has_name(&environment, "AUTHMEDIC_ACTION_ID"));
	assert_false(has_name(&environment, "AUTHMEDIC_STATE_DIR"));
	environment_done(&environment);
}

/* A remedy gets its keys: scalars as they are, lists by number, also where they are empty. */
static void tells_the_rung(unused_parameter void **state)
{
	struct environment environment = {0};

	assert_int_equal(make(&environment, &rung), 0);
	assert_has(&environment, "AUTHMEDIC_ACTION_ID=0123");
	assert_false(has_name(&environment, "AUTHMEDIC_PROBE"));
	assert_has(&environment, "AUTHMEDIC_STATE_DIR=/var/lib/x");
	assert_has(&environment, "AUTHMEDIC_WITH_COMMAND_COUNT=3");
	assert_has(&environment, "AUTHMEDIC_WITH_COMMAND_1=/bin/true");
	assert_has(&environment, "AUTHMEDIC_WITH_COMMAND_2=a=b");
	assert_has(&environment, "AUTHMEDIC_WITH_COMMAND_3=");
	assert_false(has_name(&environment, "AUTHMEDIC_WITH_COMMAND="));
	assert_has(&environment, "AUTHMEDIC_WITH_SNAKE_CASE_2=a=b");
	assert_has(&environment, "AUTHMEDIC_WITH_EMPTY_LIST_COUNT=0");
	assert_has(&environment, "AUTHMEDIC_WITH_EMPTY=");
	environment_done(&environment);
}

/* Without memory it fails, and leaves nothing behind. */
static void needs_memory(unused_parameter void **state)
{
	int error = -ENOMEM;

	for (int count = 0; error == -ENOMEM; count++) {
		struct environment environment = {0};

		allocation_fail_after(count);
		error = make(&environment, &rung);
		allocation_restore();
		environment_done(&environment);
		assert_true(count < 100);
	}
	assert_int_equal(error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tells_the_site),
	    cmocka_unit_test(tells_the_rung),
	    cmocka_unit_test(needs_memory),
	};

	return cmocka_run_group_tests_name("environment", tests, NULL, NULL);
}
