#include "common/unit.h"

#include <errno.h>

#include "common/plugin.h"
#include "common/processes.h"

#define MAX_CGROUP_BYTES ((size_t)64 * 1024)
#define SERVICE          ".service"

/* The last part of the path that is a service; a service may have made groups below its own. */
static struct view last_service(struct view path)
{
	struct view found = view_of(NULL, 0);

	while (path.length > 0) {
		struct view part;

		view_cut(&path, '/', &part);
		if (view_ends_with(part, VIEW(SERVICE)) && part.length > sizeof(SERVICE) - 1)
			found = part;
	}
	return found;
}

int unit_of_process(int64_t process_id, char ret_unit[UNIT_MAX_BYTES + 1])
{
	struct buffer auto_buffer content;
	struct view rest, line;
	int error;

	buffer_init(&content, MAX_CGROUP_BYTES);
	error = process_append(process_id, "cgroup", &content);
	rest = buffer_view(&content);
	while (error == 0 && rest.length > 0) {
		struct view unit;

		view_cut(&rest, '\n', &line);
		unit = last_service(line);
		if (unit.length == 0 || unit.length > UNIT_MAX_BYTES)
			continue;
		memcpy(ret_unit, unit.data, unit.length);
		ret_unit[unit.length] = '\0';
		return 0;
	}
	return error < 0 ? error : -ENOENT;
}

/* A template's instance may have dots as well: web@www.example.com. */
static bool has_type(const char *name)
{
	static const char *const types[] = {SERVICE, ".scope", ".slice", ".socket"};

	for (size_t i = 0; i < count_of(types); i++)
		if (view_ends_with(view_of_text(name), view_of_text(types[i])))
			return true;
	return false;
}

int unit_of_worker(int64_t process_id, char ret_unit[UNIT_MAX_BYTES + 1])
{
	const char *name = plugin_value("AUTHMEDIC_WORKER_UNIT");

	if (name == NULL)
		return process_id != 0 ? unit_of_process(process_id, ret_unit) : -ESRCH;
	snprintf(ret_unit, UNIT_MAX_BYTES + 1, "%s%s", name, has_type(name) ? "" : SERVICE);
	return 0;
}

bool unit_name_is_good(const char *name)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   ":_.@\\-";

	return name[0] != '-' && name[strspn(name, good)] == '\0';
}
