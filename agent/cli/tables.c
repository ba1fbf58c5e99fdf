#include "cli/tables.h"

#include "cli/demo.h"

static const struct verb verbs[] = {
    {"check", "", "read the configuration and the rules, and say what is wrong", verb_check},
    {"explain", "[--format F] [LINE...]",
	"how each line is read, from the arguments or standard input", verb_explain,
	OPTION_BIT(OPTION_FORMAT) | OPTION_BIT(OPTION_LOGFORMAT) | OPTION_BIT(OPTION_COLUMNS)},
    {"replay", "[LOG...]", "what would have been seen and decided over old logs", verb_replay,
	OPTION_BIT(OPTION_FORMAT)},
    {"status", "", "what the running daemon sees now", verb_status},
    {"history", "[ID]", "past and present incidents, or the story of one", verb_history},
    {"probe", "SITE", "sign in once, now, as the daemon would", verb_probe},
    {"inspect", "SITE", "read the site's facts from the machine, now", verb_inspect},
    {"approve", "SITE [RUNG] [--for D]",
	"let a rung run that needs a person's word, once, within the hour", verb_approve,
	OPTION_BIT(OPTION_FOR)},
    {"refuse", "SITE", "no remedy at all for the site's open incident", verb_refuse},
    {"skip", "SITE [RUNG]", "not this rung for the site's open incident", verb_skip},
    {"unlock", "SITE [RUNG]", "let a rung run again that did not help before", verb_unlock},
    {"revert", "SITE [RUNG] [--done]", "take back now what was applied for a time", verb_revert,
	OPTION_BIT(OPTION_DONE)},
    {"notify", "list|test|again [NAME]",
	"what was not delivered; try a receiver now; send once more what was given up",
	verb_notify},
    {"watch", "", "the status, again and again, until interrupted", verb_watch},
    {"pause", "", "no action on any site, until resumed", verb_pause},
    {"resume", "", "actions are possible again", verb_resume},
    {"plugin", "check PATH", "see whether a plugin keeps the contract", verb_plugin},
    {"rules", "test", "run the examples written in the rules", verb_rules},
    {"demo", "[--once]", "watch a server go stale and be cured, all on this machine", verb_demo,
	OPTION_BIT(OPTION_ONCE)},
    {"completion", "for-bash|for-zsh", "what the shell completes", verb_completion},
    /* Without help: the demo runs them as processes of their own. */
    {"demo-master", NULL, NULL, verb_demo_master},
    {"demo-worker", NULL, NULL, verb_demo_worker},
    {"demo-recycle", NULL, NULL, verb_demo_recycle},
    {"demo-probe", NULL, NULL, verb_demo_probe},
};

static const struct command_option options[] = {
    {{"config", required_argument, NULL, OPTION_CONFIG}, " FILE",
	"the configuration (default: " AUTHMEDIC_CONFIG_FILE ")"},
    {{"format", required_argument, NULL, OPTION_FORMAT}, " FORMAT",
	"the log format for explain and replay (default: guess, as configured)"},
    {{"for", required_argument, NULL, OPTION_FOR}, " DURATION",
	"with approve: when to take it back (default: as configured)"},
    {{"logformat", required_argument, NULL, OPTION_LOGFORMAT}, " STRING",
	"the same as a format string of Apache, nginx or Squid"},
    {{"columns", no_argument, NULL, OPTION_COLUMNS}, "", "explain every column that was read"},
    {{"json", no_argument, NULL, OPTION_JSON}, "", "print JSON"},
    {{"once", no_argument, NULL, OPTION_ONCE}, "", "end the demo when it has recovered"},
    {{"done", no_argument, NULL, OPTION_DONE}, "",
	"with revert: it was taken back by hand, so it stands no more"},
    {{"help", no_argument, NULL, OPTION_HELP}, "", "this text"},
    {{"version", no_argument, NULL, OPTION_VERSION}, "", "the version"},
};

const struct verb *verb_at(size_t number)
{
	return number < count_of(verbs) ? &verbs[number] : NULL;
}

const struct command_option *option_at(size_t number)
{
	return number < count_of(options) ? &options[number] : NULL;
}

const struct command_option *option_not_for(const struct verb *verb, unsigned given)
{
	unsigned taken = verb->options | OPTIONS_OF_ALL;

	for (size_t i = 0; i < count_of(options); i++)
		if ((given & ~taken & OPTION_BIT(options[i].option.val)) != 0)
			return &options[i];
	return NULL;
}
