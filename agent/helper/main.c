#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/standard_output.h"
#include "confine/confine.h"
#include "helper/helper.h"
#include "trust/packet_socket.h"
#include "trust/trusted_config.h"

#define MAX_ERRORS_BYTES ((size_t)64 * 1024)
#define MAX_POLLS        (1 + HELPER_MAX_JOBS + HELPER_MAX_CLIENTS + 1)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_BAD_CONFIG = 78 };

enum { OPTION_CONFIG, OPTION_SOCKET, OPTION_LISTEN, OPTION_UID, OPTION_REVERT, OPTION_HELP,
	OPTION_VERSION, OPTIONS };

struct options {
	const char *given[OPTIONS]; /* the option's value or "", NULL where it is not given */
	int64_t parent_socket;      /* -1: none */
	int64_t allowed_uid;        /* -1: none */
};

static const char usage[] =
    "usage: authmedic-helper [--config FILE] [--socket-fd N | --listen PATH [--allow-uid UID]]\n"
    "       authmedic-helper [--config FILE] --revert-due\n"
    "Runs inspectors and remedies for authmedicd. Without --socket-fd and --listen it takes the\n"
    "listening socket from systemd. With --revert-due it only takes back what is due.\n";

/* Without a text the number stays -1. */
static bool read_number(const char *text, int64_t most, int64_t *ret_number)
{
	*ret_number = -1;
	return text == NULL || (view_to_int64(view_of_text(text), ret_number) == 0 &&
	                           *ret_number >= 0 && *ret_number <= most);
}

/* ------------------------------------------------------------------------------------ the start */

static bool read_numbers(struct options *options)
{
	return read_number(options->given[OPTION_SOCKET], INT_MAX, &options->parent_socket) &&
	       read_number(options->given[OPTION_UID], UINT_MAX - 1, &options->allowed_uid);
}

/* False where the program is to end at once, with that status. */
static bool read_options(int argc, char **argv, struct options *options, int *ret_status)
{
	static const struct option names[] = {{"config", required_argument, NULL, OPTION_CONFIG},
	    {"socket-fd", required_argument, NULL, OPTION_SOCKET},
	    {"listen", required_argument, NULL, OPTION_LISTEN},
	    {"allow-uid", required_argument, NULL, OPTION_UID},
	    {"revert-due", no_argument, NULL, OPTION_REVERT},
	    {"help", no_argument, NULL, OPTION_HELP},
	    {"version", no_argument, NULL, OPTION_VERSION}, {0}};
	const char **given = options->given;
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0 && option < OPTIONS)
		given[option] = optarg != NULL ? optarg : "";
	*ret_status = EXIT_DONE;
	if (given[OPTION_HELP] != NULL || given[OPTION_VERSION] != NULL) {
		fputs(given[OPTION_HELP] != NULL ? usage : PACKAGE_STRING "\n", stdout);
		*ret_status = standard_output_exit_status("authmedic-helper");
		return false;
	}
	if (option < 0 && optind == argc &&
	    (given[OPTION_SOCKET] == NULL || given[OPTION_LISTEN] == NULL) && read_numbers(options))
		return true;
	fputs(usage, stderr);
	*ret_status = EXIT_USAGE;
	return false;
}

/* Later descriptors must not be taken for the standard ones. */
static void open_standard_files(void)
{
	int file;

	while ((file = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && file <= STDERR_FILENO)
		;
	close(file);
}

static int open_signals(void)
{
	static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	sigset_t signals;

	signal(SIGCHLD, SIG_DFL); /* or we would never learn how a plugin ended */
	signal(SIGPIPE, SIG_IGN); /* nobody may read our standard error any more */
	sigemptyset(&signals);
	for (size_t i = 0; i < count_of(taken); i++)
		sigaddset(&signals, taken[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What no plugin needs. One with our parent's rights may need what he has. */
static void give_up_rights(const struct helper *helper)
{
	bool off = helper->config->confinement == CONFIG_CONFINEMENT_OFF;

	if (!helper->spawned)
		confine(&(struct confine_order){.role = CONFINE_HELPER,
		    .why_not = off ? "switched off by confinement: off" : NULL});
}

/* Has the configuration and the state's folder, and little else any more. */
static bool prepare(struct helper *helper)
{
	struct buffer auto_buffer why;
	struct config *config;

	buffer_init(&why, MAX_ERRORS_BYTES);
	if (trusted_config_load(&config, helper->config_file, &helper->trust, &why) == 0) {
		helper->config = config;
		helper->state_folder = trusted_state_folder(config, &helper->trust, &why);
		helper->ledger.folder = helper->state_folder;
		give_up_rights(helper);
	}
	if (helper->state_folder < 0)
		trusted_complain(&why);
	return helper->state_folder >= 0;
}

static int open_clients(struct helper *helper, const struct options *options)
{
	const char *path = options->given[OPTION_LISTEN];
	int socket;

	if (helper->spawned)
		socket = (int)options->parent_socket;
	else if (path != NULL)
		socket = packet_socket_listen(path, HELPER_MAX_CLIENTS);
	else
		socket = packet_socket_of_systemd();
	return socket < 0 ? socket : clients_take(helper, socket, !helper->spawned);
}

/* ------------------------------------------------------------------------------------- the loop */

static int timeout_ms(struct helper *helper)
{
	int64_t until_ms = helper->next_clock_ms, left_ms;

	if (helper->next_revert_ms < until_ms && !helper->jobs[HELPER_ACTION].used)
		until_ms = helper->next_revert_ms;
	for (size_t i = 0; i < HELPER_MAX_JOBS; i++) {
		const struct job *job = &helper->jobs[i];

		if (job->used && !job->run.killed && job->run.deadline_ms < until_ms)
			until_ms = job->run.deadline_ms;
	}
	moment_read(&helper->now);
	left_ms = until_ms - helper->now.boottime_ms;
	return left_ms <= 0 ? 0 : left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

static void step_jobs(struct helper *helper)
{
	for (size_t i = 0; i < HELPER_MAX_JOBS; i++) {
		struct job *job = &helper->jobs[i];

		if (job->used && (i == HELPER_ACTION ? action_step(helper, job)
		                                     : inspection_step(helper, job))) {
			job->used = false;
			serve_answer(helper, job);
		}
	}
}

/* At SIGHUP we end where the next of us could start. Without one nothing could be taken back while
 * the mistake is there. */
static void take_signals(struct helper *helper)
{
	struct signalfd_siginfo info;

	while (read(helper->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		helper->stopping |= info.ssi_signo == SIGHUP
		    ? trusted_config_is_fit(helper->config_file, &helper->trust)
		    : info.ssi_signo != SIGCHLD;
}

static void turn(struct helper *helper)
{
	struct pollfd polls[MAX_POLLS] = {{helper->signals, POLLIN, 0}};

	for (size_t i = 0; i < HELPER_MAX_JOBS; i++)
		polls[1 + i] = (struct pollfd){
		    helper->jobs[i].used ? helper->jobs[i].run.output : -1, POLLIN, 0};
	clients_poll(helper, polls + 1 + HELPER_MAX_JOBS);
	poll(polls, helper->stopping ? 1 + HELPER_MAX_JOBS : MAX_POLLS, timeout_ms(helper));
	moment_read(&helper->now);
	take_signals(helper); /* first: what is taken here must be followed by a step */
	step_jobs(helper);
	if (!helper->stopping) {
		reverts_step(helper);
		clients_step(helper);
	}
	if (helper->now.boottime_ms >= helper->next_clock_ms)
		history_note_time(helper);
}

/* Serves nobody. What failed is tried again only by the next of us. A timer starts us each minute
 * for that: lines of the time would fill the ledger. */
static int revert_all_due(struct helper *helper)
{
	const struct job *job = &helper->jobs[HELPER_ACTION];
	bool failed = false;

	helper->stopping = true;
	helper->next_clock_ms = INT64_MAX;
	for (reverts_step(helper); job->used; reverts_step(helper)) {
		while (job->used)
			turn(helper);
		failed = failed || job->reply.result != PROTOCOL_DONE;
	}
	return failed || helper->ledger_error < 0 || helper->reverts_overdue > 0 ? EXIT_FAILED
	                                                                          : EXIT_DONE;
}

static int run(struct helper *helper, const struct options *options)
{
	bool revert_due = options->given[OPTION_REVERT] != NULL;
	int error = moment_init(&helper->now), status;

	helper->signals = open_signals();
	if (error == 0 && helper->signals < 0)
		error = -errno;
	if (error == 0 && !prepare(helper)) {
		packet_socket_turn_away();
		return EXIT_BAD_CONFIG;
	}
	if (error == 0 && !revert_due)
		error = open_clients(helper, options);
	if (error != 0) {
		log_error("cannot start: %s", strerror(-error));
		return EXIT_FAILED;
	}
	moment_read(&helper->now);
	status = revert_due ? revert_all_due(helper) : EXIT_DONE;
	while (!helper->stopping || helper->jobs[HELPER_ACTION].used)
		turn(helper);
	if (!revert_due)
		history_note_time(helper);
	return status;
}

int main(int argc, char **argv)
{
	struct options options = {.given = {[OPTION_CONFIG] = AUTHMEDIC_CONFIG_FILE}};
	static struct helper helper = {.signals = -1, .listening = -1, .state_folder = -1,
	    .ledger.file = -1, .clients = {[0 ... HELPER_MAX_CLIENTS - 1] = {.socket = -1}}};
	int status;

	if (!read_options(argc, argv, &options, &status))
		return status;
	open_standard_files();
	log_open_service("authmedic-helper", LOG_LEVEL_INFO);
	helper.spawned = options.parent_socket >= 0;
	helper.trust = trust_of_process(helper.spawned);
	helper.allowed_uid = options.allowed_uid;
	helper.config_file = options.given[OPTION_CONFIG];
	status = run(&helper, &options);
	for (size_t i = 0; i < HELPER_MAX_JOBS; i++)
		if (helper.jobs[i].used)
			plugin_done(&helper.jobs[i].run);
	ledger_unlock(&helper.ledger);
	config_free(&helper.config);
	return status;
}
