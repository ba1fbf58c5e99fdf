/* Where the running daemon answers, as its configuration has it. */
#ifndef AUTHMEDIC_CLI_PLACE_H
#define AUTHMEDIC_CLI_PLACE_H

#include "config/config.h"

/* Borrows from the configuration. */
struct place {
	char authority[512]; /* of the URL */
	const char *scheme;
	const char *socket_path; /* these three or NULL */
	const char *connect_to;
	const char *ca_file;
};

struct place place_find(const struct config_http *http);

#endif
