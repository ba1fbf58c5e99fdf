#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "trust/trusted_path.h"

#define MAX_FILE_BYTES ((size_t)1024 * 1024)
#define REPLY_SECONDS  30  /* a reply that takes longer fails the test */
#define TEST_SECONDS   120 /* what still waits then, for a fifo say, waits for ever */

/* ------------------------------------------------------------------------------- the folder */

const char *harness_base;
bool harness_has_place;

int harness_make_place(unused_parameter void **state)
{
	harness_has_place = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	                    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	                    mount("tmpfs", "/mnt", "tmpfs", 0, "size=4m,mode=0755") == 0;
	if (harness_has_place)
		harness_base = "/mnt";
	return 0;
}

/* The build's folder, or /tmp where the helper would not trust that: a checkout may be another
 * user's. */
static const char *base_folder(void)
{
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");
	const struct trust trust = trust_of_process(true);
	struct buffer auto_buffer why;
	int folder = -1;

	buffer_init(&why, TRUSTED_WHY_BYTES);
	if (harness_base != NULL)
		return harness_base;
	if (build != NULL)
		folder = trusted_open(build, S_IFDIR, &trust, &why);
	if (folder < 0)
		return "/tmp";
	close(folder);
	return build;
}

int harness_setup(void **state)
{
	struct harness *harness = calloc(1, sizeof(*harness));

	assert_non_null(harness);
	alarm(TEST_SECONDS);
	harness->socket = -1;
	snprintf(harness->folder, sizeof(harness->folder), "%s/helper-test-XXXXXX", base_folder());
	assert_non_null(mkdtemp(harness->folder));
	harness_write(harness, "plugins", NULL);
	harness_write(harness, "state", NULL);
	harness_plugin(harness, "mark", "exit 1"); /* there must be one; tests write their own */
	harness_plugin(harness, "other", "exit 1");
	harness_configure(harness, "");
	*state = harness;
	return 0;
}

static int on_entry(const char *path, const struct stat *status unused_parameter,
    int kind unused_parameter, struct FTW *place unused_parameter)
{
	return remove(path);
}

int harness_teardown(void **state)
{
	struct harness *harness = *state;

	if (harness->helper > 0)
		harness_kill(harness);
	config_free(&harness->config);
	nftw(harness->folder, on_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(harness);
	return 0;
}

void harness_path(
    const struct harness *harness, const char *name, char ret_path[HARNESS_PATH_BYTES])
{
	int length = snprintf(ret_path, HARNESS_PATH_BYTES, "%s/%s", harness->folder, name);

	assert_in_range(length, 0, HARNESS_PATH_BYTES - 1);
}

/* Without content it makes a folder. */
void harness_write(const struct harness *harness, const char *name, const char *content)
{
	char path[HARNESS_PATH_BYTES];
	FILE *file;

	harness_path(harness, name, path);
	if (content == NULL) {
		assert_int_equal(mkdir(path, 0755), 0);
		return;
	}
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

char *harness_read(const struct harness *harness, const char *name)
{
	struct buffer auto_buffer content;
	char path[HARNESS_PATH_BYTES];

	harness_path(harness, name, path);
	buffer_init(&content, MAX_FILE_BYTES);
	return file_read(path, &content) < 0 ? NULL : view_to_text(buffer_view(&content));
}

bool harness_has(const struct harness *harness, const char *name)
{
	char path[HARNESS_PATH_BYTES];

	harness_path(harness, name, path);
	return access(path, F_OK) == 0;
}

void harness_plugin(const struct harness *harness, const char *name, const char *script)
{
	char relative[HARNESS_PATH_BYTES], path[HARNESS_PATH_BYTES];
	char text[8192];

	snprintf(relative, sizeof(relative), "plugins/%s", name);
	if (!harness_has(harness, relative))
		harness_write(harness, relative, NULL);
	snprintf(relative, sizeof(relative), "plugins/%s/%s", name, name);
	snprintf(text, sizeof(text), "#!/bin/sh\nFOLDER='%s'\n%s\n", harness->folder, script);
	harness_write(harness, relative, text);
	harness_path(harness, relative, path);
	assert_int_equal(chmod(path, 0755), 0);
}

void harness_make_fifo(const struct harness *harness, const char *name)
{
	char path[HARNESS_PATH_BYTES];

	harness_path(harness, name, path);
	assert_int_equal(mkfifo(path, 0600), 0);
}

char *harness_read_fifo(const struct harness *harness, const char *name)
{
	char path[HARNESS_PATH_BYTES], line[256] = "";
	FILE auto_fclose *file = NULL;
	struct view rest, first;

	harness_path(harness, name, path);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	rest = view_of_text(line);
	view_cut(&rest, '\n', &first);
	return view_to_text(first);
}

void harness_let_go(const struct harness *harness, const char *name)
{
	char path[HARNESS_PATH_BYTES];
	int fifo;

	harness_path(harness, name, path);
	fifo = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fifo >= 0);
	assert_int_equal(write(fifo, "\n", 1), 1);
	close(fifo);
}

void harness_configure(struct harness *harness, const char *options)
{
	const char *source = getenv("AUTHMEDIC_SOURCE_DIR");
	char text[8192];

	snprintf(text, sizeof(text),
	    "mode: act\n"
	    "helper: spawn\n"
	    "state_dir: %1$s/state\n"
	    "helper_state_dir: %1$s/state/helper\n"
	    "plugin_dir: %1$s/plugins\n"
	    "rules_dir: %2$s/rules\n"
	    "%3$s"
	    "sites:\n"
	    "  - name: web\n"
	    "    logs: [{path: %1$s/access.log}]\n"
	    "    service: HTTP/www.example.com\n"
	    "    evidence: voters\n"
	    "    worker: {process: nothing-of-that-name}\n"
	    "    ladder:\n"
	    "      - {remedy: mark, with: {words: [one, 'two words', ''], text: plain}}\n"
	    "      - {remedy: other}\n"
	    "  - name: second\n"
	    "    logs: [{path: %1$s/access.log}]\n"
	    "    evidence: voters\n"
	    "    ladder: [{remedy: mark}]\n"
	    "  - name: twin\n"
	    "    logs: [{path: %1$s/access.log}]\n"
	    "    evidence: voters\n"
	    "    worker: {process: nothing-of-that-name}\n"
	    "    ladder: [{remedy: mark}]\n"
	    "  - name: fallback\n"
	    "    logs: [{path: %1$s/access.log}]\n"
	    "    evidence: voters\n"
	    "    ladder: [{remedy: mark, revert_after: 1h}, {remedy: other, approval: required}]\n"
	    "  - name: quiet\n"
	    "    mode: observe\n"
	    "    logs: [{path: %1$s/access.log}]\n"
	    "    evidence: voters\n"
	    "    ladder: [{remedy: mark}]\n",
	    harness->folder, source != NULL ? source : ".", options);
	harness_write(harness, "authmedic.yml", text);
}

/* ------------------------------------------------------------------------------- the helper */

static void become_helper(const struct harness *harness, const char *const options[4])
{
	const char *build = getenv("AUTHMEDIC_BUILD_DIR");
	char program[HARNESS_PATH_BYTES], config[HARNESS_PATH_BYTES];

	snprintf(program, sizeof(program), "%s/authmedic-helper", build != NULL ? build : ".");
	harness_path(harness, "authmedic.yml", config);
	signal(SIGPIPE, SIG_DFL); /* whatever the test's own parent did */
	execl(program, program, "--config", config, options[0], options[1], options[2], options[3],
	    NULL);
	_exit(127);
}

void harness_load_config(struct harness *harness)
{
	struct buffer auto_buffer errors;
	char path[HARNESS_PATH_BYTES];

	buffer_init(&errors, MAX_FILE_BYTES);
	harness_path(harness, "authmedic.yml", path);
	config_free(&harness->config);
	if (config_load(&harness->config, path, &errors) < 0)
		fail_msg("%s", buffer_text(&errors));
}

static void be_patient(const struct harness *harness)
{
	const struct timeval patience = {.tv_sec = REPLY_SECONDS};

	setsockopt(harness->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

void harness_start(struct harness *harness)
{
	char number[16];
	int sockets[2];

	harness_load_config(harness);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	harness->helper = fork();
	assert_true(harness->helper >= 0);
	if (harness->helper == 0) {
		snprintf(number, sizeof(number), "%d", dup(sockets[1]));
		become_helper(harness, (const char *[4]){"--socket-fd", number});
	}
	close(sockets[1]);
	harness->socket = sockets[0];
	be_patient(harness);
}

static struct sockaddr_un socket_address(const struct harness *harness)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[HARNESS_PATH_BYTES];

	harness_path(harness, "socket", path);
	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	return address;
}

/* Tries again until the helper, which is starting, listens; its end would fail the test. */
static int connect_to_helper(const struct harness *harness)
{
	const struct sockaddr_un address = socket_address(harness);
	int file = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	while (connect(file, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		assert_true(errno == ENOENT || errno == ECONNREFUSED);
		assert_int_equal(waitpid(harness->helper, NULL, WNOHANG), 0);
		sched_yield();
	}
	return file;
}

void harness_run_to_listen(struct harness *harness, const char *const options[2])
{
	char path[HARNESS_PATH_BYTES];

	harness_path(harness, "socket", path);
	harness->helper = fork();
	assert_true(harness->helper >= 0);
	if (harness->helper == 0)
		become_helper(harness, (const char *[4]){"--listen", path,
		                           options != NULL ? options[0] : NULL,
		                           options != NULL ? options[1] : NULL});
}

void harness_listen(struct harness *harness, const char *const options[2])
{
	harness_load_config(harness);
	harness_run_to_listen(harness, options);
	harness->socket = connect_to_helper(harness);
	be_patient(harness);
}

int harness_bind(const struct harness *harness)
{
	const struct sockaddr_un address = socket_address(harness);
	int listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(listening, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listening, 8), 0);
	return listening;
}

void harness_run_as_systemd(struct harness *harness, int listening)
{
	char number[16];

	harness->socket = connect_to_helper(harness);
	be_patient(harness);
	harness->helper = fork();
	assert_true(harness->helper >= 0);
	if (harness->helper == 0) {
		if (listening == 3)
			fcntl(listening, F_SETFD, 0);
		else
			dup2(listening, 3);
		snprintf(number, sizeof(number), "%d", (int)getpid());
		setenv("LISTEN_PID", number, 1);
		setenv("LISTEN_FDS", "1", 1);
		become_helper(harness, (const char *[4]){0});
	}
}

/* The kernel remembers who connected. */
void harness_connect(struct harness *harness, uid_t uid)
{
	int file;

	close(harness->socket);
	assert_int_equal(seteuid(uid), 0);
	file = connect_to_helper(harness);
	assert_int_equal(seteuid(0), 0);
	harness->socket = file;
	be_patient(harness);
}

static int wait_for_end(struct harness *harness)
{
	int status = 0;

	close(harness->socket);
	harness->socket = -1;
	assert_int_equal(waitpid(harness->helper, &status, 0), harness->helper);
	harness->helper = 0;
	return status;
}

void harness_kill(struct harness *harness)
{
	kill(harness->helper, SIGKILL);
	wait_for_end(harness);
}

void harness_ask_no_more(const struct harness *harness)
{
	siginfo_t end;

	assert_int_equal(shutdown(harness->socket, SHUT_WR), 0);
	assert_int_equal(waitid(P_PID, (id_t)harness->helper, &end, WEXITED | WNOWAIT), 0);
}

int harness_close(struct harness *harness)
{
	int status = wait_for_end(harness);

	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

int harness_revert_due(struct harness *harness)
{
	int status;

	harness->helper = fork();
	assert_true(harness->helper >= 0);
	if (harness->helper == 0)
		become_helper(harness, (const char *[4]){"--revert-due"});
	status = wait_for_end(harness);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct protocol_request harness_request(const struct harness *harness, uint32_t verb)
{
	static uint64_t last_id;

	return (struct protocol_request){.magic = PROTOCOL_MAGIC,
	    .verb = verb,
	    .request_id = ++last_id,
	    .config_digest = harness->config->digest,
	    .site = "web",
	    .incident = "incident-1",
	    .reason = "stale-handle"};
}

void harness_send(const struct harness *harness, const void *packet, size_t bytes)
{
	assert_int_equal(send(harness->socket, packet, bytes, MSG_NOSIGNAL), bytes);
}

bool harness_receive(const struct harness *harness, struct protocol_reply *ret_reply)
{
	char packet[sizeof(*ret_reply)];
	ssize_t got = recv(harness->socket, packet, sizeof(packet), MSG_TRUNC);

	if (got < 0 && errno != ECONNRESET)
		fail_msg("no reply: %s", strerror(errno));
	if (got <= 0)
		return false;
	assert_int_equal(protocol_read_reply(ret_reply, packet, (size_t)got), 0);
	return true;
}

struct protocol_reply harness_ask(
    const struct harness *harness, const struct protocol_request *request)
{
	struct protocol_reply reply;

	harness_send(harness, request, sizeof(*request));
	assert_true(harness_receive(harness, &reply));
	assert_int_equal(reply.request_id, request->request_id);
	assert_int_equal(reply.verb, request->verb);
	return reply;
}

struct protocol_reply harness_apply(
    const struct harness *harness, const char *site, const char *incident)
{
	struct protocol_request request = harness_request(harness, PROTOCOL_APPLY);

	snprintf(request.site, sizeof(request.site), "%s", site);
	snprintf(request.incident, sizeof(request.incident), "%s", incident);
	return harness_ask(harness, &request);
}

/* ------------------------------------------------------------------------- what tests look for */

const char harness_mark[] = "echo \"$AUTHMEDIC_SITE $1\" >>$FOLDER/marks; echo marked";

size_t harness_count_lines(const struct harness *harness, const char *name)
{
	char auto_free *content = harness_read(harness, name);
	struct view rest = view_of_text(content), line;
	size_t count = 0;

	while (view_cut(&rest, '\n', &line))
		count++;
	return count;
}

bool harness_ledger_has(const struct harness *harness, const char *text)
{
	char auto_free *ledger = harness_read(harness, "state/helper/ledger");

	return view_contains(view_of_text(ledger), view_of_text(text));
}

void assert_refused(const struct protocol_reply *reply, enum protocol_refusal refusal)
{
	assert_int_equal(reply->result, PROTOCOL_REFUSED);
	assert_string_equal(protocol_refusal_name(reply->refusal), protocol_refusal_name(refusal));
}

struct protocol_reply harness_say(
    const struct harness *harness, uint32_t verb, const char *site, uint32_t rung)
{
	struct protocol_request request = harness_request(harness, verb);

	snprintf(request.site, sizeof(request.site), "%s", site);
	request.rung = rung;
	return harness_ask(harness, &request);
}

struct protocol_reply harness_ask_action(const struct harness *harness, const char *incident)
{
	struct protocol_request request = harness_request(harness, PROTOCOL_ACTION);

	snprintf(request.incident, sizeof(request.incident), "%s", incident);
	return harness_ask(harness, &request);
}

struct protocol_reply harness_ask_status(const struct harness *harness)
{
	const struct protocol_request request = harness_request(harness, PROTOCOL_STATUS);

	return harness_ask(harness, &request);
}

/* It is made in the turn that answers the first request, and after that. */
void harness_await_ledger(const struct harness *harness)
{
	harness_ask_status(harness);
	harness_ask_status(harness);
}

/* Starts an action that reads a line from the fifo `go` before it ends. */
void harness_begin_action(const struct harness *harness)
{
	const struct protocol_request request = harness_request(harness, PROTOCOL_APPLY);

	harness_make_fifo(harness, "go");
	harness_make_fifo(harness, "begun");
	harness_plugin(harness, "mark",
	    "echo $$ >$FOLDER/begun; read line <$FOLDER/go; echo x >>$FOLDER/marks");
	harness_send(harness, &request, sizeof(request));
}

/* Waits until the plugin runs and tells its process. */
pid_t harness_wait_for_plugin(const struct harness *harness)
{
	char auto_free *line = harness_read_fifo(harness, "begun");
	int64_t id = 0;

	assert_int_equal(view_to_int64(view_of_text(line), &id), 0);
	return (pid_t)id;
}
