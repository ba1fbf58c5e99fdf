#include "trust/trusted_config.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/document.h"
#include "config/log_kinds.h"

#define MAX_WHY_BYTES ((size_t)64 * 1024)

struct config_check {
	const struct trust *trust;
	struct buffer *why;
};

static int check_trusted(const struct config_check *check, const char *path, mode_t kind)
{
	int file = trusted_open(path, kind, check->trust, check->why);

	if (file >= 0)
		close(file);
	return file < 0 ? file : 0;
}

static int on_config_file(void *context, const char *file)
{
	return check_trusted(context, file, S_IFREG);
}

static int check_all(const char *file, const struct trust *trust, struct buffer *why)
{
	struct config_check check = {trust, why};
	const char *slash = strrchr(file, '/');
	char folder[PATH_MAX];
	int error = check_trusted(&check, file, S_IFREG);

	if (error < 0)
		return error;
	snprintf(folder, sizeof(folder), "%.*s/conf.d", (int)(slash - file), file);
	if (access(folder, F_OK) < 0 && errno == ENOENT)
		return 0;
	error = check_trusted(&check, folder, S_IFDIR);
	return error < 0 ? error : document_each_file(folder, why, on_config_file, &check);
}

int trusted_config_load(struct config **ret_config, const char *file, const struct trust *trust,
    struct buffer *why)
{
	int error = trust->sticky_folders ? 0 : check_all(file, trust, why);

	return error < 0 ? error : config_load(ret_config, file, why);
}

int trusted_state_folder(
    const struct config *config, const struct trust *trust, struct buffer *why)
{
	mkdir(config->helper_state_dir, 0700); /* what is wrong with it shows when it is opened */
	return trusted_open(config->helper_state_dir, S_IFDIR, trust, why);
}

void trusted_complain(const struct buffer *why)
{
	bool is_ended = view_ends_with(buffer_view(why), VIEW("\n"));

	fprintf(stderr, "%s%s", buffer_text(why), is_ended ? "" : "\n");
}

bool trusted_config_is_fit(const char *file, const struct trust *trust)
{
	struct config auto_call(config_free) *config = NULL;
	struct buffer auto_buffer why;
	int error;

	buffer_init(&why, MAX_WHY_BYTES);
	error = trusted_config_load(&config, file, trust, &why);
	if (error == 0) {
		int folder = trusted_state_folder(config, trust, &why);

		error = folder < 0 ? folder : 0;
		if (folder >= 0)
			close(folder);
	}
	if (error < 0) {
		trusted_complain(&why);
		log_told(LOG_KIND_reload_refused, (struct log_about){0},
		    "the new configuration is not used; the old one stays");
	}
	return error == 0;
}
