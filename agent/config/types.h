/* The kinds of values an option may have, and the type of the field each is read into. */
#ifndef AUTHMEDIC_CONFIG_TYPES_H
#define AUTHMEDIC_CONFIG_TYPES_H

#include "config/schema.h"
#include "config/words.h"

#define TYPES_MAX_NAME_BYTES 63
#define TYPES_MAX_PATH_BYTES 4095
#define TYPES_MAX_TEXT_BYTES 4095

extern const struct option_type option_name;     /* char *: lower-case letters, digits, _ . - */
extern const struct option_type option_word;     /* char *: printable, no blanks, no - in front */
extern const struct option_type option_text;     /* char *: anything but nothing */
extern const struct option_type option_line;     /* char *: in one line; may be "" */
extern const struct option_type option_path;     /* char *: absolute */
extern const struct option_type option_url;      /* char *: http or https, no password in it */
extern const struct option_type option_listen;   /* struct config_words: of one, or a list */
extern const struct option_type option_hosts;    /* struct config_words: names and addresses */
extern const struct option_type option_file_mode; /* int: permission bits */
extern const struct option_type option_group;    /* char *: a group's name or number */
extern const struct option_type option_duration; /* int64_t milliseconds */
extern const struct option_type option_number;   /* int64_t */
extern const struct option_type option_choice;   /* an enum */
extern const struct option_type option_yes_no;   /* bool */
extern const struct option_type option_time;     /* int: minutes of the day */
extern const struct option_type option_words;    /* struct config_words: a list of scalars */
extern const struct option_type option_ranges;   /* struct config_ranges: a list of addresses */
extern const struct option_type option_command;  /* struct config_words: a path, arguments */
extern const struct option_type option_paths;    /* struct config_words: absolute ones */
extern const struct option_type option_names;    /* struct config_words: as option_name */
extern const struct option_type option_urls;     /* struct config_words: as option_url */
extern const struct option_type option_targets;  /* struct config_words: HOST:PORT */
extern const struct option_type option_node;     /* const struct node *: left to the caller */
extern const struct option_type option_section;  /* none: its members are rows of their own */
extern const struct option_type option_list;     /* array_of(): so are its items' members */

/* For types that are lists of words, too. What is no word item is complained about, not taken. */
bool is_word_item(const struct node *item);
must_check int read_words(struct reading *reading, const struct option *option,
    const struct node *node, void *field);
void words_field_done(const struct option *option, void *field);

/* Lower-case letters, digits, '_', '.' and '-', the first a letter or digit, at most 63 bytes. */
bool is_name(const char *text);
/* http or https, printable, with a host and no password. */
bool is_url(const char *text);

#endif
