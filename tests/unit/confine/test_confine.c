#include "confine/confine.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "directory_fixture.h"

#define UNTOLD 255 /* what a child ends with where the kernel has not what it is to try */

/* --------------------------------------------- what a program may do: each tells errno, or 0 */

static int open_in(const char *name, int flags)
{
	char path[512];
	int file;

	path_in(path, name);
	file = open(path, flags | O_CLOEXEC, 0600);
	if (file < 0)
		return errno;
	close(file);
	return 0;
}

static int read_log(void)
{
	return open_in("logs/log", O_RDONLY);
}

static int write_state(void)
{
	return open_in("state/new", O_WRONLY | O_CREAT);
}

static int read_secret(void)
{
	return open_in("other/secret", O_RDONLY);
}

static int read_shadow(void)
{
	int file = geteuid() == 0 ? open("/etc/shadow", O_RDONLY | O_CLOEXEC) : -1;

	if (file < 0 && geteuid() == 0)
		return errno;
	close(file);
	return geteuid() == 0 ? 0 : EACCES; /* not for us to read in any case */
}

static int write_log(void)
{
	return open_in("logs/log", O_WRONLY);
}

static int make_file(void)
{
	return open_in("other/new", O_WRONLY | O_CREAT);
}

static int rename_out(void)
{
	char from[512], to[512];

	path_in(from, "state/old");
	path_in(to, "other/old");
	return rename(from, to) < 0 ? errno : 0;
}

static int run_program(void)
{
	char *const words[] = {"true", NULL};
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execve("/bin/true", words, words + 1);
		_exit(errno);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

static int listen_at_any_port(void)
{
	const struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error = bind(listening, (const struct sockaddr *)&address, sizeof(address));

	error = error < 0 ? errno : 0;
	close(listening);
	return error;
}

static int signal_parent(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

#if !defined(__SANITIZE_ADDRESS__) /* its leak checker traces this process as well */
static int be_traced(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}
#endif

static int leave_the_folder_of_others(void)
{
	return unshare(CLONE_FS) < 0 ? errno : 0;
}

/* Beside another wish that goes with none, so that whoever gets so far hears that from the kernel,
 * and nothing comes of it. */
static int ask_for_a_name_space(void)
{
	long child =
	    syscall(SYS_clone, CLONE_NEWUSER | CLONE_FS | SIGCHLD, NULL, NULL, NULL, NULL);

	return child >= 0 || errno == EINVAL ? 0 : errno;
}

/* What that asks for lies where no filter looks. Asked for too little, so nothing comes of it. */
static int ask_for_a_name_space_unseen(void)
{
	return syscall(SYS_clone3, NULL, 0) >= 0 || errno == EINVAL ? 0 : errno;
}

static void *run_beside(void *context)
{
	return context;
}

static int start_a_thread(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, run_beside, NULL);

	return error != 0 ? error : pthread_join(thread, NULL);
}

static const struct deed {
	const char *name;
	int (*do_it)(void);
	/* What it comes to in each role. */
	int daemon, probe, helper;
	int least_abi; /* of Landlock; 0: none is needed */
} deeds[] = {
    {"reading a log", read_log, 0, 0, 0, 0},
    {"writing the state", write_state, 0, 0, 0, 0},
    {"reading a secret", read_secret, EACCES, EACCES, 0, 1},
    {"reading /etc/shadow", read_shadow, EACCES, EACCES, -1, 1},
    {"writing a log", write_log, EACCES, EACCES, 0, 1},
    {"making a file", make_file, EACCES, EACCES, 0, 1},
    {"moving the state away", rename_out, EACCES, EACCES, 0, 1},
    {"running a program", run_program, EACCES, EPERM, 0, 1},
    {"listening", listen_at_any_port, EACCES, EACCES, 0, LANDLOCK_ABI_OF_PORTS},
    {"signalling the parent", signal_parent, EPERM, EPERM, 0, LANDLOCK_ABI_OF_SIGNALS},
#if !defined(__SANITIZE_ADDRESS__)
    {"being traced", be_traced, EPERM, EPERM, EPERM, 0},
#endif
    {"unsharing", leave_the_folder_of_others, EPERM, EPERM, 0, 0},
    {"making a name space", ask_for_a_name_space, EPERM, EPERM, 0, 0},
    {"making one unseen", ask_for_a_name_space_unseen, ENOSYS, ENOSYS, 0, 0},
    {"starting a thread", start_a_thread, 0, 0, 0, 0},
};

/* ------------------------------------------------------------------------------- the trial */

static int make_world(void **state)
{
	static const char *const folders[] = {"logs", "state", "other"};
	static const char *const files[] = {"logs/log", "state/old", "other/secret"};
	char path[512];

	if (make_directory(state) < 0)
		return -1;
	for (size_t i = 0; i < count_of(folders); i++) {
		path_in(path, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (size_t i = 0; i < count_of(files); i++)
		write_in(path, files[i], VIEW("x\n"));
	return 0;
}

static struct confinement enter(enum confine_role role, const char *why_not)
{
	char logs[512], own[512];
	const struct landlock_path paths[] = {{logs, LANDLOCK_READ}, {own, LANDLOCK_WRITE},
	    {"/no/such/folder", LANDLOCK_READ}, {NULL, LANDLOCK_READ}};

	path_in(logs, "logs");
	path_in(own, "state");
	return confine(&(struct confine_order){.role = role,
	    .paths = paths,
	    .count = role == CONFINE_HELPER ? 0 : count_of(paths),
	    .why_not = why_not});
}

/* What a deed comes to for somebody who has entered that role. */
static int try(const struct deed *deed, enum confine_role role, const char *why_not)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct confinement told = enter(role, why_not);
		bool lacks = why_not == NULL && (told.system_calls == 0 ||
		                                    (role != CONFINE_HELPER &&
		                                        told.landlock_abi < deed->least_abi));

		_exit(lacks ? UNTOLD : deed->do_it());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("%s: ended by signal %d", deed->name, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void assert_comes_to(const struct deed *deed, enum confine_role role, int expected)
{
	int found = try(deed, role, NULL);

	if (found == UNTOLD)
		print_message("# %s: this kernel cannot refuse it\n", deed->name);
	else if (expected >= 0 && found != expected)
		fail_msg("%s in role %d: %s", deed->name, role, strerror(found));
}

/* What each program has no use for fails in it, for good, and what it needs does not. */
static void refuses(unused_parameter void **state)
{
	for (size_t i = 0; i < count_of(deeds); i++) {
		assert_comes_to(&deeds[i], CONFINE_DAEMON, deeds[i].daemon);
		assert_comes_to(&deeds[i], CONFINE_PROBE, deeds[i].probe);
		assert_comes_to(&deeds[i], CONFINE_HELPER, deeds[i].helper);
	}
}

/* The control: switched off, all of it is possible, so what is refused is refused by us. */
static void refuses_nothing_when_off(unused_parameter void **state)
{
	for (size_t i = 0; i < count_of(deeds); i++) {
		int found = try(&deeds[i], CONFINE_DAEMON, "for a test");

		if (found != 0 && deeds[i].do_it != read_shadow)
			fail_msg("%s: %s", deeds[i].name, strerror(found));
	}
}

/* What there is of it is told in words. */
static void describes(unused_parameter void **state)
{
	static const struct {
		struct confinement confinement;
		const char *words;
	} cases[] = {
	    {{.landlock_abi = 7, .system_calls = 80},
	        "confined: files, ports, signals by Landlock 7, 80 system calls refused"},
	    {{.landlock_abi = 1, .system_calls = 80},
	        "confined: files by Landlock 1, 80 system calls refused"},
	    {{.landlock_abi = 3},
	        "confined: files by Landlock 3, no system call refused: the kernel lacks seccomp"},
	    {{.system_calls = 38, .capabilities = 16},
	        "confined: 16 capabilities given up, 38 system calls refused"},
	    {{.why_not = "so be it"}, "not confined: so be it"},
	};

	for (size_t i = 0; i < count_of(cases); i++) {
		struct buffer auto_buffer text;

		buffer_init(&text, 512);
		confinement_describe(&cases[i].confinement, &text);
		assert_string_equal(buffer_text(&text), cases[i].words);
	}
}

/* The program that loads ours is found where it is. */
static void finds_the_loader(unused_parameter void **state)
{
	const char *loader = landlock_loader();

	assert_non_null(loader);
	assert_int_equal(access(loader, X_OK), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, remove_directory)
	const struct CMUnitTest tests[] = {
	    TEST(refuses),
	    TEST(refuses_nothing_when_off),
	    cmocka_unit_test(describes),
	    cmocka_unit_test(finds_the_loader),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
