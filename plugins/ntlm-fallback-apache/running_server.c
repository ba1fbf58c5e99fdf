#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "common/plugin.h"
#include "common/remedy_command.h"
#include "common/worker_view.h"
#include "ntlm-fallback-apache/refusals.h"

#define MAX_MECHANISM_BYTES ((size_t)64 * 1024)
#define WINBIND_FOLDER      "/run/samba/winbindd"
#define MECHANISM_FILES     "/etc/gss/mech.d/*.conf"

/* What the running server has of that name in its environment. */
static int read_variable(int64_t process_id, const char *prefix, char ret_value[PATH_MAX])
{
	struct buffer auto_buffer value;
	int error;

	buffer_init(&value, PATH_MAX - 1);
	error = process_append_text(process_id, "environ", prefix, &value);
	if (error == 0)
		snprintf(ret_value, PATH_MAX, "%s", buffer_text(&value));
	return error;
}

static bool names_ntlm(const char *file)
{
	struct buffer auto_buffer content;

	buffer_init(&content, MAX_MECHANISM_BYTES);
	return file_read(file, &content) == 0 &&
	    view_contains(buffer_view(&content), VIEW("ntlmssp"));
}

static bool has_mechanism(int64_t process_id)
{
	char file[PATH_MAX];
	glob_t found = {0};
	bool has = false;

	if (read_variable(process_id, "GSS_MECH_CONFIG=", file) == 0)
		return names_ntlm(file);
	if (glob(MECHANISM_FILES, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			has |= names_ntlm(found.gl_pathv[i]);
	globfree(&found);
	return has || names_ntlm("/etc/gss/mech");
}

static bool answers_winbind(int64_t process_id)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[PATH_MAX] = WINBIND_FOLDER;
	int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers;

	if (read_variable(process_id, "WINBINDD_SOCKET_DIR=", folder) < 0)
		snprintf(folder, sizeof(folder), WINBIND_FOLDER);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/pipe", folder);
	answers = connection >= 0 &&
	    connect(connection, (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (connection >= 0)
		close(connection);
	return answers;
}

static int check_users(const struct worker *worker, const char *file)
{
	const struct identity identity = {.uid = worker->uid,
	    .gid = worker->gid,
	    .groups = worker->groups,
	    .group_count = worker->group_count};
	enum answer answer = ANSWER_UNKNOWN;
	int root = -1;

	if (worker->knows_identity && worker_view_root(worker->server_id, &root) == 0) {
		answer = worker_view_may_read(root, file, &identity);
		close(root);
	}
	return answer == ANSWER_NO
	    ? remedy_complain("Apache's NTLM_USER_FILE %s cannot be read by its workers", file)
	    : PLUGIN_DONE;
}

static int check_server(const struct worker *worker)
{
	char file[PATH_MAX];
	int error = read_variable(worker->server_id, "NTLM_USER_FILE=", file);

	if (error < 0 && error != -ENOENT)
		return remedy_complain("Apache's environment cannot be read: %s", strerror(-error));
	if (!has_mechanism(worker->server_id))
		return remedy_complain("gss-ntlmssp is not installed for the Apache that runs");
	if (error == 0)
		return check_users(worker, file);
	if (answers_winbind(worker->server_id))
		return PLUGIN_DONE;
	return remedy_complain("the Apache that runs has neither NTLM_USER_FILE in its environment "
			       "nor a winbindd that answers; a graceful restart does not read the "
			       "environment again");
}

int refusals_of_server(void)
{
	struct processes auto_call(processes_done) processes = {0};
	struct worker worker = {0};
	int error = processes_read(&processes);

	if (error == 0)
		error = worker_find(&processes, &worker);
	if (error == -EINVAL)
		return remedy_complain(
		    "the site's worker is needed, to look at Apache's environment");
	if (error < 0) {
		fprintf(stderr, "Apache does not run as the site's worker says: %s\n",
		    worker_error_text(error));
		return PLUGIN_TRY_LATER;
	}
	return check_server(&worker);
}
