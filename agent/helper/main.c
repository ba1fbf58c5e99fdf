#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "config/document.h"
#include "helper/clients.h"

#define BOOT_ID_FILE	 "/proc/sys/kernel/random/boot_id"
#define SYSTEMD_SOCKET	 3
#define MAX_ERRORS_BYTES ((size_t)64 * 1024)
#define MAX_POLLS	 (1 + CLIENTS_MAX_POLLS + SERVICE_MAX_POLLS)

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_BAD_CONFIG = 78 };

struct options {
	const char *config_file;
	const char *listen_path;
	int64_t parent_socket; /* -1: none */
	int64_t allowed_uid;   /* -1: none */
};

struct helper {
	struct config *config;
	struct service *service;
	struct clients clients;
	int signals;
	bool stopping; /* no more requests; what is under way comes to its end */
	char boot_id[BUDGET_BOOT_ID_BYTES];
};

static const char usage[] =
    "Usage: authmedic-helper [--config FILE] [--socket-fd N | --listen PATH [--allow-uid UID]]\n"
    "Runs inspectors and remedies for authmedicd. Without --socket-fd or --listen the socket\n"
    "comes from systemd.\n";

static int64_t clock_ms(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static struct moment now_of(const struct helper *helper)
{
	struct moment now = {
	    .wall_ms = clock_ms(CLOCK_REALTIME), .boottime_ms = clock_ms(CLOCK_BOOTTIME)};

	memcpy(now.boot_id, helper->boot_id, sizeof(now.boot_id));
	return now;
}

static int read_boot_id(char ret_boot_id[BUDGET_BOOT_ID_BYTES])
{
	struct buffer auto_buffer text;
	int error;

	buffer_init(&text, 256);
	error = file_read(BOOT_ID_FILE, &text);
	if (error < 0)
		return error;
	if (text.length < BUDGET_BOOT_ID_BYTES - 1)
		return -EBADMSG;
	memcpy(ret_boot_id, text.data, BUDGET_BOOT_ID_BYTES - 1);
	ret_boot_id[BUDGET_BOOT_ID_BYTES - 1] = '\0';
	return 0;
}

/* ------------------------------------------------------------------------------- the start */

static bool read_number(const char *text, int64_t most, int64_t *number)
{
	return view_to_int64(view_of_text(text), number) == 0 && *number >= 0 && *number <= most;
}

/* 0, or the exit status + 1 with which to leave at once. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {{"config", required_argument, NULL, 'c'},
	    {"socket-fd", required_argument, NULL, 's'}, {"listen", required_argument, NULL, 'l'},
	    {"allow-uid", required_argument, NULL, 'u'}, {"help", no_argument, NULL, 'h'}, {0}};
	bool good = true;
	int letter;

	while (good && (letter = getopt_long(argc, argv, "c:h", names, NULL)) >= 0) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return 1 + EXIT_DONE;
		}
		if (letter == 'c')
			options->config_file = optarg;
		else if (letter == 'l')
			options->listen_path = optarg;
		else if (letter == 's')
			good = read_number(optarg, INT_MAX, &options->parent_socket);
		else
			good = letter == 'u' &&
			       read_number(optarg, UINT_MAX - 1, &options->allowed_uid);
	}
	if (good && optind == argc && (options->parent_socket < 0 || options->listen_path == NULL))
		return 0;
	fputs(usage, stderr);
	return 1 + EXIT_USAGE;
}

/* What systemd handed over; -1 where it did not. */
static int systemd_socket(void)
{
	const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	int64_t number;

	if (process == NULL || !read_number(process, INT_MAX, &number) || number != getpid() ||
	    count == NULL || strcmp(count, "1") != 0)
		return -1;
	return SYSTEMD_SOCKET;
}

static int open_clients(struct clients *clients, const struct options *options)
{
	clients->allows_uid = options->allowed_uid >= 0;
	clients->allowed_uid = (uid_t)options->allowed_uid;
	if (options->parent_socket >= 0)
		return clients_add_parent(clients, (int)options->parent_socket);
	if (options->listen_path != NULL)
		return clients_listen_at(clients, options->listen_path);
	return clients_listen_on(clients, systemd_socket());
}

struct config_check {
	const struct trust *trust;
	struct buffer *why;
};

static int check_config_file(void *context, const char *file)
{
	const struct config_check *check = context;
	int opened;
	int error = trusted_open_file(file, check->trust, check->why, &opened);

	if (error == 0)
		close(opened);
	return error;
}

/* Whoever could change the configuration could have us run anything. */
static int check_config(const char *file, const struct trust *trust, struct buffer *why)
{
	struct config_check check = {trust, why};
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX];
	int error = check_config_file(&check, file);
	int opened;

	if (error < 0)
		return error;
	snprintf(folder, sizeof(folder), "%.*sconf.d", (int)(slash + 1 - file), file);
	if (access(folder, F_OK) < 0 && errno == ENOENT)
		return 0;
	error = trusted_open_folder(folder, trust, why, &opened);
	if (error < 0)
		return error;
	close(opened);
	return document_each_file(folder, why, check_config_file, &check);
}

static int load_config(struct helper *helper, const struct options *options)
{
	bool spawned = options->parent_socket >= 0;
	const struct trust trust = trust_of_process(spawned);
	struct buffer auto_buffer errors;
	int error = 0;

	buffer_init(&errors, MAX_ERRORS_BYTES);
	if (!spawned)
		error = check_config(options->config_file, &trust, &errors);
	if (error == 0)
		error = config_load(&helper->config, options->config_file, &errors);
	if (error < 0)
		fprintf(stderr, "%s", buffer_text(&errors));
	return error;
}

static void on_reply(void *context, uint64_t requester, const struct protocol_reply *reply)
{
	struct helper *helper = context;

	clients_send(&helper->clients, requester, reply);
}

static int open_service(struct helper *helper, bool spawned)
{
	const struct service_options options = {.config = helper->config,
	    .trust = trust_of_process(spawned),
	    .on_reply = on_reply,
	    .context = helper};
	struct buffer auto_buffer why;
	int error;

	buffer_init(&why, TRUSTED_WHY_BYTES + PATH_MAX);
	error = service_new(&helper->service, &options, &why);
	if (error < 0)
		log_error("%s", why.length > 0 ? buffer_text(&why) : strerror(-error));
	return error;
}

static int open_signals(void)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* or we would never learn how a plugin ended */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Later descriptors must not be taken for the standard ones. */
static void open_standard_files(void)
{
	int file;

	do
		file = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (file >= 0 && file <= STDERR_FILENO);
	if (file >= 0)
		close(file);
}

/* -------------------------------------------------------------------------------- the loop */

static int timeout_ms(const struct helper *helper)
{
	int64_t left_ms = service_deadline_ms(helper->service) - clock_ms(CLOCK_BOOTTIME);

	return left_ms <= 0 ? 0 : left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

static void turn(struct helper *helper)
{
	struct pollfd polls[MAX_POLLS] = {{.fd = helper->signals, .events = POLLIN}};
	size_t count = 1;
	struct moment now;

	count += service_poll(helper->service, polls + count);
	if (!helper->stopping)
		count += clients_poll(&helper->clients, polls + count);
	else
		polls[0].fd = -1;
	poll(polls, count, timeout_ms(helper));
	now = now_of(helper);
	service_step(helper->service, &now);
	if (helper->stopping)
		return;
	clients_step(&helper->clients, helper->service, &now);
	helper->stopping = (polls[0].revents & POLLIN) != 0 || clients_gone(&helper->clients);
}

static void run(struct helper *helper)
{
	struct moment now = now_of(helper);

	service_note_time(helper->service, &now);
	while (!helper->stopping || service_acts(helper->service))
		turn(helper);
	now = now_of(helper);
	service_note_time(helper->service, &now);
}

static int start_and_run(struct helper *helper, const struct options *options)
{
	int error = read_boot_id(helper->boot_id);

	helper->signals = open_signals();
	if (error < 0 || helper->signals < 0) {
		log_error("cannot start: %s", strerror(error < 0 ? -error : errno));
		return EXIT_FAILED;
	}
	if (load_config(helper, options) < 0)
		return EXIT_BAD_CONFIG;
	if (open_service(helper, options->parent_socket >= 0) < 0)
		return EXIT_BAD_CONFIG;
	error = open_clients(&helper->clients, options);
	if (error < 0) {
		log_error("no socket to listen on: %s", strerror(-error));
		return EXIT_FAILED;
	}
	run(helper);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct options options = {
	    .config_file = AUTHMEDIC_CONFIG_FILE, .parent_socket = -1, .allowed_uid = -1};
	struct helper helper = {.signals = -1};
	int status = read_options(argc, argv, &options);

	if (status > 0)
		return status - 1;
	open_standard_files();
	log_open("authmedic-helper", getenv("JOURNAL_STREAM") != NULL, LOG_LEVEL_INFO);
	clients_init(&helper.clients);
	status = start_and_run(&helper, &options);
	clients_done(&helper.clients);
	service_free(&helper.service);
	config_free(&helper.config);
	if (helper.signals >= 0)
		close(helper.signals);
	return status;
}
