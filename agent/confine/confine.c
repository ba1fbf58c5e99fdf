#include "confine/confine.h"

#include <sys/prctl.h>

#include "base/log.h"
#include "confine/capabilities.h"
#include "confine/system_calls.h"

#define MAX_TOLD_BYTES ((size_t)512)

#if defined(__SANITIZE_ADDRESS__)
/* The search for leaks, when the program ends, looks at itself there. */
static const struct landlock_path of_the_build[] = {{"/proc", LANDLOCK_READ}};
static const size_t of_the_build_count = count_of(of_the_build);
#else
static const struct landlock_path *const of_the_build;
static const size_t of_the_build_count;
#endif

static int bound_files(const struct confine_order *order)
{
	struct landlock auto_call(landlock_done) landlock;
	int error = landlock_init(&landlock);

	for (size_t i = 0; error == 0 && i < order->count; i++)
		error = landlock_allow(&landlock, &order->paths[i]);
	for (size_t i = 0; error == 0 && i < of_the_build_count; i++)
		error = landlock_allow(&landlock, &of_the_build[i]);
	for (size_t i = 0; error == 0 && i < order->port_count; i++)
		error = landlock_allow_port(&landlock, order->listening_ports[i]);
	if (error == 0)
		error = landlock_enforce(&landlock);
	return error < 0 ? 0 : landlock.abi;
}

static struct confinement enter(const struct confine_order *order)
{
	static const enum system_calls_kind kinds[] = {[CONFINE_DAEMON] = SYSTEM_CALLS_OF_SERVERS,
	    [CONFINE_PROBE] = SYSTEM_CALLS_OF_STARTERS,
	    [CONFINE_HELPER] = SYSTEM_CALLS_OF_NOBODY};
	struct confinement told = {.why_not = order->why_not};
	int refused;

	if (told.why_not != NULL)
		return told;
	if (order->role == CONFINE_HELPER)
		told.capabilities = capabilities_drop();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		told.why_not = "the kernel cannot promise that nothing gains privileges";
		return told;
	}
	if (order->role != CONFINE_HELPER)
		told.landlock_abi = bound_files(order);
	refused = system_calls_refuse(kinds[order->role]);
	told.system_calls = refused > 0 ? (unsigned)refused : 0;
	if (told.landlock_abi == 0 && told.system_calls == 0)
		told.why_not = "the kernel has neither Landlock nor seccomp for us";
	return told;
}

struct confinement confine(const struct confine_order *order)
{
	struct confinement told = enter(order);
	struct buffer auto_buffer text;

	buffer_init(&text, MAX_TOLD_BYTES);
	confinement_describe(&told, &text);
	if (order->role != CONFINE_PROBE)
		log_notice("%s", buffer_text(&text));
	return told;
}

void confinement_describe(const struct confinement *confinement, struct buffer *text)
{
	if (confinement->why_not != NULL) {
		buffer_append_format(text, "not confined: %s", confinement->why_not);
		return;
	}
	buffer_append_text(text, "confined: ");
	if (confinement->landlock_abi > 0)
		buffer_append_format(text, "files%s%s by Landlock %d, ",
		    confinement->landlock_abi >= LANDLOCK_ABI_OF_PORTS ? ", ports" : "",
		    confinement->landlock_abi >= LANDLOCK_ABI_OF_SIGNALS ? ", signals" : "",
		    confinement->landlock_abi);
	if (confinement->capabilities > 0)
		buffer_append_format(
		    text, "%u capabilities given up, ", confinement->capabilities);
	if (confinement->system_calls > 0)
		buffer_append_format(
		    text, "%u system calls refused", confinement->system_calls);
	else
		buffer_append_text(text, "no system call refused: the kernel lacks seccomp");
}
