/* Runs one probe of a site in a child process; GSSAPI calls block and never run on the loop. */
#ifndef AUTHMEDIC_DAEMON_PROBER_H
#define AUTHMEDIC_DAEMON_PROBER_H

#include "config/config.h"
#include "diagnose/facts.h"
#include "loop/child.h"
#include "remedy/trials.h"

/* The command line of the site's probe: the configured command, or authmedic-probe. Its words are
 * borrowed from the configuration and from `program`. */
#define PROBER_MAX_WORDS 80
struct prober_command {
	char program[4096];
	char timeout[32];
	const char *argv[PROBER_MAX_WORDS + 1];
};
void prober_command(const struct config *config, const struct config_site *site,
    struct prober_command *ret_command);

/* What the probe's end means; its facts are already in place. A probe that says nothing we know, or
 * was killed at its deadline, reached nothing. */
enum probe_result prober_result(const struct facts *facts, const struct child_result *result);

#endif
