/* completion for-bash|for-zsh: what a shell completes, from the tables of verbs and options. The
 * files in packaging/completion are made by it. `completion sites` and `completion targets` are
 * what these ask for names; a configuration that cannot be read has none. */
#include "cli/tables.h"

#include "config/config.h"

static const struct {
	const char *word; /* in a verb's arguments */
	const char *names; /* what is asked for */
} named[] = {{"SITE", "sites"}, {"NAME", "targets"}};

static const char *names_for(const struct verb *verb)
{
	for (size_t i = 0; i < count_of(named); i++)
		if (strstr(verb->arguments, named[i].word) != NULL)
			return named[i].names;
	return NULL;
}

/* A fixed word that comes first, or one of several: `test` of `notify test NAME`. */
static void print_words(const struct verb *verb)
{
	const char *word = verb->arguments;

	if (*word < 'a' || *word > 'z')
		return;
	for (; *word != '\0' && *word != ' '; word++)
		putchar(*word == '|' ? ' ' : *word);
}

/* On a line, as zsh takes it: 'NAME:HELP'. What stands in brackets may be of this machine. */
static void print_described(const char *dashes, const char *name, const char *help)
{
	const char *end = strstr(help, " (");
	struct view rest = view_of(help, end != NULL ? (size_t)(end - help) : strlen(help));

	printf("        '%s%s:", dashes, name);
	for (size_t i = 0; i < rest.length; i++)
		fputs(rest.data[i] == '\'' ? "'\\''" : (char[]){rest.data[i], '\0'}, stdout);
	puts("'");
}

static void print_verbs(bool described)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		if (verb->help != NULL && described)
			print_described("", verb->name, verb->help);
		else if (verb->help != NULL)
			printf("%s ", verb->name);
	}
}

static void print_options(bool described)
{
	const struct command_option *option;

	for (size_t i = 0; (option = option_at(i)) != NULL; i++) {
		if (described)
			print_described("--", option->option.name, option->help);
		else
			printf("--%s ", option->option.name);
	}
}

/* A `case` of the shell: what each verb takes, in words that both shells understand. */
static void print_cases(void)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		if (verb->help == NULL)
			continue;
		printf("    %s) word='", verb->name);
		print_words(verb);
		printf("' names='%s' files='%s' ;;\n",
		    names_for(verb) != NULL ? names_for(verb) : "",
		    strstr(verb->arguments, "LOG") != NULL || strstr(verb->arguments, "ID") != NULL
			? "yes"
			: "");
	}
}

static void print_head(const char *first)
{
	printf("%s\n# Made by `authmedic completion`; do not edit.\n\n"
	       "# What a verb takes: a first word, names of what, files.\n"
	       "_authmedic_takes() {\n    case $1 in\n",
	    first);
	print_cases();
	puts("    *) word='' names='' files='' ;;\n    esac\n}\n");
}

static void print_bash(void)
{
	print_head("# bash completion for authmedic");
	puts("_authmedic() {\n"
	     "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "    local verb='' config='' word names files i\n"
	     "    COMPREPLY=()\n"
	     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "        if [[ ${COMP_WORDS[i]} == --config && ${COMP_WORDS[i+1]} == = ]]; then\n"
	     "            config=${COMP_WORDS[i+=2]}\n"
	     "        elif [[ ${COMP_WORDS[i]} == --config ]]; then\n"
	     "            config=${COMP_WORDS[i+=1]}\n"
	     "        elif [[ -z $verb && ${COMP_WORDS[i]} != -* ]]; then\n"
	     "            verb=${COMP_WORDS[i]}\n"
	     "        fi\n"
	     "    done\n"
	     "    config=${config/#\\~/$HOME}\n"
	     "    if [[ $before == --config ]]; then\n"
	     "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	     "    elif [[ $current == -* ]]; then");
	printf("        mapfile -t COMPREPLY < <(compgen -W '");
	print_options(false);
	puts("' -- \"$current\")\n"
	     "    elif [[ -z $verb ]]; then");
	printf("        mapfile -t COMPREPLY < <(compgen -W '");
	print_verbs(false);
	puts("' -- \"$current\")\n"
	     "    else\n"
	     "        _authmedic_takes \"$verb\"\n"
	     "        if [[ -n $word && $before == \"$verb\" ]]; then\n"
	     "            mapfile -t COMPREPLY < <(compgen -W \"$word\" -- \"$current\")\n"
	     "        elif [[ -n $names ]]; then\n"
	     "            mapfile -t COMPREPLY < <(compgen -W \\\n"
	     "                \"$(authmedic ${config:+--config \"$config\"} completion \\\n"
	     "                    \"$names\" 2>/dev/null)\" -- \"$current\")\n"
	     "        elif [[ -n $files ]]; then\n"
	     "            mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
	     "        fi\n"
	     "    fi\n"
	     "}\n"
	     "complete -o filenames -F _authmedic authmedic");
}

static void print_zsh(void)
{
	print_head("#compdef authmedic\n# zsh completion for authmedic");
	puts("_authmedic() {\n"
	     "    local -a verbs options found\n"
	     "    local verb='' config='' word names files i\n"
	     "    verbs=(");
	print_verbs(true);
	puts("    )\n    options=(");
	print_options(true);
	puts("    )\n"
	     "    for ((i = 2; i < CURRENT; i++)); do\n"
	     "        if [[ ${words[i]} == --config ]]; then\n"
	     "            config=${(Q)words[i+=1]}\n"
	     "        elif [[ ${words[i]} == --config=* ]]; then\n"
	     "            config=${(Q)words[i]#--config=}\n"
	     "        elif [[ -z $verb && ${words[i]} != -* ]]; then\n"
	     "            verb=${words[i]}\n"
	     "        fi\n"
	     "    done\n"
	     "    config=${config/#\\~/$HOME}\n"
	     "    if [[ ${words[CURRENT-1]} == --config ]]; then\n"
	     "        _files\n"
	     "    elif [[ ${words[CURRENT]} == -* ]]; then\n"
	     "        _describe -o option options\n"
	     "    elif [[ -z $verb ]]; then\n"
	     "        _describe verb verbs\n"
	     "    else\n"
	     "        _authmedic_takes $verb\n"
	     "        if [[ -n $word && ${words[CURRENT-1]} == $verb ]]; then\n"
	     "            compadd -- ${=word}\n"
	     "        elif [[ -n $names ]]; then\n"
	     "            found=(${(f)\"$(authmedic ${config:+--config=$config} completion \\\n"
	     "                $names 2>/dev/null)\"})\n"
	     "            compadd -a found\n"
	     "        elif [[ -n $files ]]; then\n"
	     "            _files\n"
	     "        fi\n"
	     "    fi\n"
	     "}\n\n"
	     "_authmedic \"$@\"");
}

static int print_names(const struct invocation *invocation, bool of_sites)
{
	struct config *config = NULL;
	int exit_code = load_config(invocation, &config);

	if (exit_code != EXIT_DONE)
		return exit_code;
	for (size_t i = 0; of_sites && i < config->sites.count; i++)
		printf("%s\n", config->sites.items[i].name);
	for (size_t i = 0; !of_sites && i < config->notify.count; i++)
		printf("%s\n", config->notify.items[i].name);
	config_free(&config);
	return EXIT_DONE;
}

int verb_completion(const struct invocation *invocation)
{
	const char *what = invocation->argument_count == 1 ? invocation->arguments[0] : "";

	if (strcmp(what, "for-bash") == 0)
		print_bash();
	else if (strcmp(what, "for-zsh") == 0)
		print_zsh();
	else if (strcmp(what, "sites") == 0 || strcmp(what, "targets") == 0)
		return print_names(invocation, what[0] == 's');
	else
		return complain(EXIT_USAGE, "completion takes for-bash or for-zsh");
	return EXIT_DONE;
}
