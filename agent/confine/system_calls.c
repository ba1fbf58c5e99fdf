#include "confine/system_calls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>

#include "base/cleanup.h"

/* By name: one that this machine or the library does not know is left out. */
static const char *const of_nobody[] = {"acct", "adjtimex", "bpf", "clock_adjtime",
    "clock_adjtime64", "clock_settime", "clock_settime64", "create_module", "delete_module",
    "finit_module", "get_kernel_syms", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load",
    "kexec_load", "lookup_dcookie", "nfsservctl", "open_by_handle_at", "perf_event_open",
    "pidfd_getfd", "process_vm_readv", "process_vm_writev",
#if !defined(__SANITIZE_ADDRESS__) /* the search for leaks traces the program that ends */
    "ptrace",
#endif
    "query_module", "quotactl", "quotactl_fd", "reboot", "settimeofday", "stime", "swapoff",
    "swapon", "syslog", "uselib", "userfaultfd", "vhangup", "vm86", "vm86old"};
static const char *const of_servers[] = {"capset", "chroot", "fanotify_init", "fanotify_mark",
    "fsconfig", "fsmount", "fsopen", "fspick", "io_uring_enter", "io_uring_register",
    "io_uring_setup", "mbind", "migrate_pages", "mknod", "mknodat", "modify_ldt", "mount",
    "mount_setattr", "move_mount", "move_pages", "name_to_handle_at", "open_tree", "personality",
    "pivot_root", "remap_file_pages", "set_mempolicy", "setdomainname", "setfsgid", "setfsuid",
    "setgid", "setgroups", "sethostname", "setns", "setregid", "setresgid", "setresuid", "setreuid",
    "setuid", "umount", "umount2", "unshare"};
static const char *const of_starters[] = {"execve", "execveat"};

static const struct {
	const char *const *names;
	size_t count;
} lists[] = {
    [SYSTEM_CALLS_OF_NOBODY] = {of_nobody, count_of(of_nobody)},
    [SYSTEM_CALLS_OF_SERVERS] = {of_servers, count_of(of_servers)},
    [SYSTEM_CALLS_OF_STARTERS] = {of_starters, count_of(of_starters)},
};

/* A program in the machine's older mode must not get around it, nor be killed for that mode. */
static void add_modes(scmp_filter_ctx filter)
{
	if (seccomp_arch_native() == SCMP_ARCH_X86_64) {
		seccomp_arch_add(filter, SCMP_ARCH_X86);
		seccomp_arch_add(filter, SCMP_ARCH_X32);
	} else if (seccomp_arch_native() == SCMP_ARCH_AARCH64) {
		seccomp_arch_add(filter, SCMP_ARCH_ARM);
	}
}

static int add_list(scmp_filter_ctx filter, enum system_calls_kind kind)
{
	int added = 0;

	for (size_t i = 0; i < lists[kind].count; i++) {
		int number = seccomp_syscall_resolve_name(lists[kind].names[i]);

		if (number != __NR_SCMP_ERROR &&
		    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0) == 0)
			added++;
	}
	return added;
}

/* They come with a new process as well. What clone3() is asked for lies where no filter looks, and
 * the C library does without it. */
static int add_name_spaces(scmp_filter_ctx filter)
{
	static const unsigned kinds[] = {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
	    CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET};
	uint32_t machine = seccomp_arch_native();
	unsigned place = machine == SCMP_ARCH_S390 || machine == SCMP_ARCH_S390X ? 1 : 0;
	int clone = seccomp_syscall_resolve_name("clone");
	int clone3 = seccomp_syscall_resolve_name("clone3");
	int added = 0;

	for (size_t i = 0; i < count_of(kinds); i++)
		added += seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), clone, 1,
			     SCMP_CMP(place, SCMP_CMP_MASKED_EQ, kinds[i], kinds[i])) == 0;
	added += clone3 != __NR_SCMP_ERROR &&
		 seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), clone3, 0) == 0;
	return added;
}

int system_calls_refuse(enum system_calls_kind kind)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int added = 0, error;

	if (filter == NULL)
		return -ENOMEM;
	add_modes(filter);
	for (enum system_calls_kind each = 0; each <= kind; each++)
		added += add_list(filter, each);
	if (kind >= SYSTEM_CALLS_OF_SERVERS)
		added += add_name_spaces(filter);
	error = seccomp_load(filter);
	seccomp_release(filter);
	return error < 0 ? error : added;
}
