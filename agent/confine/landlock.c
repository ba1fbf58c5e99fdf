#include "confine/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the headers of Debian 12 do not have yet. */
#define RIGHT_TRUNCATE     (UINT64_C(1) << 14)
#define RIGHT_DEVICE_IOCTL (UINT64_C(1) << 15)
#define RIGHT_BIND         (UINT64_C(1) << 0)
#define SCOPE_SIGNAL       (UINT64_C(1) << 1)
#define RULE_PORT          2

struct rule_set {
	uint64_t files;
	uint64_t ports;
	uint64_t scopes;
};

struct port_rule {
	uint64_t allowed;
	uint64_t port;
};

#define READ    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define OF_FILE                                                                                    \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |                              \
	    LANDLOCK_ACCESS_FS_READ_FILE | RIGHT_TRUNCATE)

static const uint64_t rights[] = {
    [LANDLOCK_READ] = READ,
    [LANDLOCK_EXECUTE] = READ | LANDLOCK_ACCESS_FS_EXECUTE,
    [LANDLOCK_SOCKETS] =
        READ | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_SOCK,
    [LANDLOCK_WRITE] = READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                       LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                       LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REFER | RIGHT_TRUNCATE,
};

/* All that this kernel knows is forbidden, but for what a rule allows. */
static struct rule_set known(int abi)
{
	struct rule_set set = {.files = LANDLOCK_ACCESS_FS_REFER - 1};

	set.files |= abi >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
	set.files |= abi >= 3 ? RIGHT_TRUNCATE : 0;
	set.files |= abi >= 5 ? RIGHT_DEVICE_IOCTL : 0;
	set.ports = abi >= LANDLOCK_ABI_OF_PORTS ? RIGHT_BIND : 0;
	set.scopes = abi >= LANDLOCK_ABI_OF_SIGNALS ? SCOPE_SIGNAL : 0;
	return set;
}

int landlock_init(struct landlock *landlock)
{
	struct rule_set set;
	long abi = syscall(
	    SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);

	*landlock = (struct landlock){.rules = -1};
	if (abi < 0)
		return -errno;
	landlock->abi = (int)abi;
	set = known(landlock->abi);
	landlock->rules = (int)syscall(SYS_landlock_create_ruleset, &set, sizeof(set), 0);
	return landlock->rules < 0 ? -errno : 0;
}

void landlock_done(struct landlock *landlock)
{
	if (landlock->rules >= 0)
		close(landlock->rules);
	landlock->rules = -1;
}

static int add_rule(const struct landlock *landlock, int kind, const void *rule)
{
	return syscall(SYS_landlock_add_rule, landlock->rules, kind, rule, 0) < 0 ? -errno : 0;
}

int landlock_allow(struct landlock *landlock, const struct landlock_path *path)
{
	int file = path->path != NULL ? open(path->path, O_PATH | O_CLOEXEC) : -1;
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = rights[path->access] & known(landlock->abi).files,
	    .parent_fd = file};
	struct stat status;
	int error;

	if (file < 0)
		return 0;
	if (fstat(file, &status) == 0 && !S_ISDIR(status.st_mode))
		rule.allowed_access &= OF_FILE;
	error = add_rule(landlock, LANDLOCK_RULE_PATH_BENEATH, &rule);
	close(file);
	return error;
}

int landlock_allow_port(struct landlock *landlock, uint16_t port)
{
	const struct port_rule rule = {.allowed = RIGHT_BIND, .port = port};

	if (landlock->abi < LANDLOCK_ABI_OF_PORTS)
		return 0;
	return add_rule(landlock, RULE_PORT, &rule);
}

int landlock_enforce(const struct landlock *landlock)
{
	return syscall(SYS_landlock_restrict_self, landlock->rules, 0) < 0 ? -errno : 0;
}

/* The first that is looked at is the program itself. Its headers lie in it, and one of them says
 * where. */
static int find_loader(
    struct dl_phdr_info *program, size_t bytes unused_parameter, void *ret_loader)
{
	const ElfW(Phdr) *headers = program->dlpi_phdr, *own = NULL, *loader = NULL;

	for (size_t i = 0; i < program->dlpi_phnum; i++) {
		if (headers[i].p_type == PT_PHDR)
			own = &headers[i];
		if (headers[i].p_type == PT_INTERP)
			loader = &headers[i];
	}
	if (own != NULL && loader != NULL)
		*(const char **)ret_loader =
		    (const char *)headers + (loader->p_vaddr - own->p_vaddr);
	return 1;
}

const char *landlock_loader(void)
{
	const char *loader = NULL;

	dl_iterate_phdr(find_loader, &loader);
	return loader;
}
