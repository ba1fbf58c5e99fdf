/* The case that was judged, so that the decision can be made again. */
#include "remedy/authority_json.h"

#include <errno.h>

static const char *const window_names[] = {
    [AUTHORITY_NO_WINDOW] = "none",
    [AUTHORITY_WINDOW_CLOSED] = "closed",
    [AUTHORITY_WINDOW_OPEN] = "open",
};

#define FIELD(name) {#name, offsetof(struct authority_case, name)}

static const struct field {
	const char *name;
	size_t offset;
} flags[] = {
    FIELD(mode_act),
    FIELD(evidence_voters),
    FIELD(probe_confirmed_rejected),
    FIELD(spike_confirmed),
    FIELD(has_cure),
    FIELD(preventive),
    FIELD(warning_confirmed),
    FIELD(probe_accepted),
    FIELD(has_rung),
    FIELD(all_rungs_locked),
    FIELD(warming_up),
    FIELD(helper_away),
    FIELD(unsaved),
    FIELD(paused),
    FIELD(budget_spent),
    FIELD(denied),
    FIELD(fallback_applied),
    FIELD(approved),
    FIELD(needs_approval),
    FIELD(fleet_away),
    FIELD(fleet_name_taken),
    FIELD(fleet_no_help),
    FIELD(fleet_turn_missing),
};

static const struct field numbers[] = {
    FIELD(since_accepted_ms),
    FIELD(accepted_within_ms),
    FIELD(fleet_waited_ms),
    FIELD(fleet_shared_hosts),
    FIELD(fleet_fence),
};

struct json *authority_to_json(const struct authority_case *the_case)
{
	struct json *json = json_object_new();

	for (size_t i = 0; i < count_of(flags); i++)
		json_put_bool(json, flags[i].name,
		    *(const bool *)((const char *)the_case + flags[i].offset));
	for (size_t i = 0; i < count_of(numbers); i++)
		json_put_int(json, numbers[i].name,
		    *(const int64_t *)((const char *)the_case + numbers[i].offset));
	json_put_text(json, "window", window_names[the_case->window]);
	return json;
}

static int read_window(const struct json *json, enum authority_window *ret_window)
{
	const char *name = json_get_text(json, "window");

	for (size_t i = 0; name != NULL && i < count_of(window_names); i++) {
		if (strcmp(window_names[i], name) != 0)
			continue;
		*ret_window = (enum authority_window)i;
		return 0;
	}
	return -EINVAL;
}

int authority_from_json(struct authority_case *ret_case, const struct json *json)
{
	struct authority_case the_case = {0};
	int error = read_window(json, &the_case.window);

	if (error < 0)
		return error;
	for (size_t i = 0; i < count_of(flags); i++)
		*(bool *)((char *)&the_case + flags[i].offset) =
		    json_get_bool(json, flags[i].name);
	for (size_t i = 0; i < count_of(numbers); i++)
		*(int64_t *)((char *)&the_case + numbers[i].offset) =
		    json_get_int(json, numbers[i].name, -1);
	*ret_case = the_case;
	return 0;
}
