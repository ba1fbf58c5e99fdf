#include "daemon/prober.h"

/* The exit codes of authmedic-probe, and of whatever stands in for it. */
static const struct {
	int exit_status;
	enum probe_result result;
} exit_codes[] = {
    {0, PROBE_ACCEPTED}, {1, PROBE_REJECTED}, {3, PROBE_NO_TICKET}, {4, PROBE_UNREACHABLE}};

static size_t put_option(const char **argv, const char *option, const char *value)
{
	if (value == NULL)
		return 0;
	argv[0] = option;
	argv[1] = value;
	return 2;
}

void prober_command(
    const struct config *config, const struct config_site *site, struct prober_command *ret_command)
{
	const struct config_probe *probe = &site->probe;
	const char **argv = ret_command->argv;
	size_t count = 0;

	for (; count < probe->command.count && count < PROBER_MAX_WORDS; count++)
		argv[count] = probe->command.items[count];
	argv[count] = NULL;
	if (count > 0)
		return;
	snprintf(ret_command->program, sizeof(ret_command->program), "%s/authmedic-probe",
	    config->programs_dir);
	snprintf(ret_command->timeout, sizeof(ret_command->timeout), "%lldms",
	    (long long)probe->timeout_ms);
	argv[count++] = ret_command->program;
	count += put_option(argv + count, "--url", probe->url);
	count += put_option(argv + count, "--service", site->service);
	count += put_option(argv + count, "--client-keytab", probe->client_keytab);
	count += put_option(argv + count, "--client-principal", probe->client_principal);
	count += put_option(argv + count, "--krb5-config", site->krb5_config);
	count += put_option(argv + count, "--ca-file", probe->ca_file);
	for (size_t i = 0; i < probe->connect_to.count; i++)
		count +=
		    put_option(argv + count, "--connect-to", probe->connect_to.items[i]);
	count += put_option(argv + count, "--timeout", ret_command->timeout);
	if (config->confinement == CONFIG_CONFINEMENT_OFF)
		argv[count++] = "--unconfined";
	argv[count] = NULL;
}

enum probe_result prober_result(const struct facts *facts, const struct child_result *result)
{
	enum probe_result told = probe_result_named(facts_get(facts, "probe.result"));

	if (result->timed_out || result->term_signal != 0)
		return PROBE_UNREACHABLE;
	for (size_t i = 0; i < count_of(exit_codes); i++)
		if (exit_codes[i].exit_status == result->exit_status)
			return exit_codes[i].result;
	/* Any other status, 78 for one: then only a plain word of its own counts. */
	return told == PROBE_NO_TICKET ? told : PROBE_UNREACHABLE;
}
