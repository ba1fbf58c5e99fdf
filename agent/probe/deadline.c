#include "probe/deadline.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static struct {
	char words[DEADLINE_MAX_WORDS_BYTES];
	size_t length;
	int exit_code;
} last;

/* Only calls that a signal handler may make. */
static void on_alarm(unused_parameter int signal_number)
{
	size_t written = 0;

	while (written < last.length) {
		ssize_t count =
		    write(STDOUT_FILENO, last.words + written, last.length - written);

		if (count < 0)
			break;
		written += (size_t)count;
	}
	_exit(last.exit_code);
}

static void block_alarm(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(how, &set, NULL);
}

void deadline_set_words(struct view words, int exit_code)
{
	words = view_first(words, sizeof(last.words));
	block_alarm(SIG_BLOCK);
	if (words.length > 0)
		memcpy(last.words, words.data, words.length);
	last.length = words.length;
	last.exit_code = exit_code;
	block_alarm(SIG_UNBLOCK);
}

int deadline_start(int64_t timeout_ms)
{
	struct sigaction action = {.sa_handler = on_alarm};
	struct itimerval timer = {.it_value = {.tv_sec = timeout_ms / 1000,
	                              .tv_usec = timeout_ms % 1000 * 1000}};

	if (sigaction(SIGALRM, &action, NULL) < 0 || setitimer(ITIMER_REAL, &timer, NULL) < 0)
		return -errno;
	return 0;
}

void deadline_stop(void)
{
	const struct itimerval never = {0};

	setitimer(ITIMER_REAL, &never, NULL);
	/* Also for threads that a library may have left behind. */
	signal(SIGALRM, SIG_IGN);
}
