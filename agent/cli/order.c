/* What a person says of a rung, an incident or everything: the helper takes it from root alone, and
 * keeps who said it and when in its ledger. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/api.h"
#include "cli/ask_helper.h"
#include "cli/standing.h"

struct order {
	enum protocol_verb verb;
	const char *name;
	bool of_site;
	bool of_rung;     /* a second argument; may be left out where there is but one */
	bool of_incident; /* the site's open one */
};

/* A rung by its remedy's name, where only one has it, or by its number in the ladder, from 1. */
static int find_rung(const struct config_site *site, const char *word, uint32_t *ret_rung)
{
	int64_t number;
	size_t found = 0;

	if (word == NULL) {
		*ret_rung = 0;
		return site->ladder.count == 1 ? 0 : -EINVAL;
	}
	if (view_to_int64(view_of_text(word), &number) == 0) {
		*ret_rung = (uint32_t)(number - 1);
		return number >= 1 && (uint64_t)number <= site->ladder.count ? 0 : -EINVAL;
	}
	for (uint32_t i = 0; i < site->ladder.count; i++) {
		if (strcmp(site->ladder.items[i].remedy, word) != 0)
			continue;
		*ret_rung = i;
		found++;
	}
	return found == 1 ? 0 : -EINVAL;
}

static void list_rungs(const struct config_site *site)
{
	fprintf(stderr, "The ladder of %s:\n", site->name);
	for (size_t i = 0; i < site->ladder.count; i++)
		fprintf(stderr, "  %zu  %s\n", i + 1, site->ladder.items[i].remedy);
}

static const struct json *site_in(const struct json *status, const char *name)
{
	const struct json *sites = json_get(status, "sites");

	for (const struct json *site = json_next(sites, NULL); site != NULL;
	     site = json_next(sites, site)) {
		const char *found = json_get_text(site, "name");

		if (found != NULL && strcmp(found, name) == 0)
			return site;
	}
	return NULL;
}

/* Which incident is meant, from the daemon. */
static int find_incident(
    const struct invocation *invocation, const char *site, char ret_id[PROTOCOL_NAME_BYTES])
{
	struct json auto_json *status = NULL;
	int exit_code = api_get(invocation, "/api/v1/status", &status);
	const char *id;

	if (exit_code != EXIT_DONE)
		return exit_code;
	id = json_get_text(site_in(status, site), "incident");
	if (id == NULL || id[0] == '\0')
		return complain(EXIT_FAILED, "%s has no open incident", site);
	snprintf(ret_id, PROTOCOL_NAME_BYTES, "%s", id);
	return EXIT_DONE;
}

static int print_reply(
    const struct helper_client_request *request, const struct protocol_reply *reply)
{
	struct json auto_json *object = json_object_new();

	json_put_text(object, "result", protocol_result_name(reply->result));
	json_put_text(object, "site", request->site != NULL ? request->site : "");
	json_put_text(object, "text", reply->text);
	return print_json(object);
}

static int ask(const struct invocation *invocation, const struct config *config,
    const struct helper_client_request *request)
{
	struct protocol_reply reply;
	int exit_code = ask_helper(invocation, config, request, &reply);

	if (exit_code == EXIT_DONE)
		exit_code = ask_helper_tell(&reply);
	if (exit_code != EXIT_DONE)
		return exit_code;
	if (invocation->json)
		return print_reply(request, &reply);
	puts(reply.text[0] != '\0' ? reply.text : "done");
	return EXIT_DONE;
}

static int read_duration(const struct invocation *invocation, int64_t *ret_for_ms)
{
	*ret_for_ms = 0;
	if (invocation->duration == NULL)
		return EXIT_DONE;
	if (text_to_duration_ms(view_of_text(invocation->duration), ret_for_ms) < 0 ||
	    *ret_for_ms <= 0 || *ret_for_ms > PROTOCOL_MAX_FOR_MS)
		return complain(EXIT_USAGE, "--for takes a duration such as 4h, at most 30d");
	return EXIT_DONE;
}

static int ask_about_site(const struct invocation *invocation, const struct config *config,
    const struct order *order)
{
	char incident[PROTOCOL_NAME_BYTES] = "";
	struct helper_client_request request = {.verb = order->verb,
	    .site = invocation->arguments[0],
	    .incident = incident};
	const char *word = invocation->argument_count > 1 ? invocation->arguments[1] : NULL;
	const struct config_site *site = config_site_named(config, request.site);
	int exit_code = read_duration(invocation, &request.for_ms);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (site == NULL)
		return complain(EXIT_USAGE, "no such site: %s", request.site);
	if (order->of_rung && find_rung(site, word, &request.rung) < 0) {
		complain(EXIT_USAGE, "%s %s: which rung? %s", order->name, site->name,
		    word != NULL ? word : "");
		list_rungs(site);
		return EXIT_USAGE;
	}
	if (order->of_incident)
		exit_code = find_incident(invocation, site->name, incident);
	return exit_code == EXIT_DONE ? ask(invocation, config, &request) : exit_code;
}

static int carry_out(const struct invocation *invocation, const struct order *order)
{
	const struct helper_client_request request = {.verb = order->verb};
	size_t least = order->of_site, most = least + order->of_rung;
	struct config *config = NULL;
	int exit_code;

	if (invocation->argument_count < least || invocation->argument_count > most)
		return complain(EXIT_USAGE, "%s takes %s", order->name,
		    order->of_rung   ? "a site, and a rung of its ladder"
			: order->of_site ? "the name of one site"
					 : "no argument");
	exit_code = load_config(invocation, &config);
	if (exit_code == EXIT_DONE)
		exit_code = order->of_site ? ask_about_site(invocation, config, order)
					   : ask(invocation, config, &request);
	config_free(&config);
	return exit_code;
}

/* ---- what a person has done by hand */

static void list_standing(const struct protocol_reply *reply, const char *site)
{
	const struct protocol_standing *standing;
	char until[TEXT_TIME_BYTES];

	fprintf(stderr, "What is applied for a time at %s:\n", site);
	for (size_t i = 0; (standing = standing_at(reply, site, i)) != NULL; i++)
		fprintf(stderr, "  %zu  %s, until %s\n", i + 1, standing->remedy,
		    text_of_time(standing->until_ms, until));
}

/* What the remedy kept to take itself back by would be heeded by the next one. */
static void set_aside(const struct config *config, const struct protocol_standing *standing)
{
	struct buffer auto_buffer kept, auto_buffer aside;

	buffer_init(&kept, CLI_MAX_ERROR_BYTES);
	buffer_init(&aside, CLI_MAX_ERROR_BYTES);
	buffer_append_format(&kept, "%s/%s-%016" PRIx64, config->helper_state_dir, standing->site,
	    standing->key);
	buffer_append_format(
	    &aside, "%s.%" PRId64, buffer_text(&kept), standing->until_ms);
	if (rename(buffer_text(&kept), buffer_text(&aside)) < 0 && errno != ENOENT)
		complain(EXIT_DONE, "what the remedy kept cannot be set aside: %s: %s",
		    buffer_text(&kept), strerror(errno));
}

static int tell_by_hand(const struct invocation *invocation, const struct config *config)
{
	const struct helper_client_request status = {.verb = PROTOCOL_STATUS};
	struct helper_client_request request = {
	    .verb = PROTOCOL_REVERTED, .site = invocation->arguments[0]};
	const char *word = invocation->argument_count > 1 ? invocation->arguments[1] : NULL;
	const struct protocol_standing *standing;
	struct protocol_reply reply;
	int exit_code = ask_helper(invocation, config, &status, &reply);

	if (exit_code != EXIT_DONE)
		return exit_code;
	if (reply.standing_known == 0)
		return complain(EXIT_FAILED, "the helper cannot read its ledger");
	if (standing_at(&reply, request.site, 0) == NULL)
		return complain(EXIT_FAILED, "nothing is applied for a time at %s", request.site);
	standing = standing_find(&reply, request.site, word);
	if (standing == NULL) {
		complain(EXIT_USAGE, "revert %s --done: which? %s", request.site,
		    word != NULL ? word : "");
		list_standing(&reply, request.site);
		return EXIT_USAGE;
	}
	request.key = standing->key;
	exit_code = ask(invocation, config, &request);
	if (exit_code == EXIT_DONE)
		set_aside(config, standing);
	return exit_code;
}

static int revert_by_hand(const struct invocation *invocation)
{
	struct config *config = NULL;
	int exit_code;

	if (invocation->argument_count < 1 || invocation->argument_count > 2)
		return complain(EXIT_USAGE, "revert --done takes a site, and what was taken back");
	exit_code = load_config(invocation, &config);
	if (exit_code == EXIT_DONE)
		exit_code = tell_by_hand(invocation, config);
	config_free(&config);
	return exit_code;
}

int verb_approve(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_APPROVE, "approve", true, true, true});
}

int verb_unlock(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_UNLOCK, "unlock", true, true, false});
}

int verb_skip(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_SKIP, "skip", true, true, true});
}

int verb_refuse(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_DENY, "refuse", true, false, true});
}

int verb_revert(const struct invocation *invocation)
{
	if (invocation->done)
		return revert_by_hand(invocation);
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_REVERT, "revert", true, true, false});
}

int verb_pause(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_PAUSE, "pause", false, false, false});
}

int verb_resume(const struct invocation *invocation)
{
	return carry_out(
	    invocation, &(const struct order){PROTOCOL_RESUME, "resume", false, false, false});
}
