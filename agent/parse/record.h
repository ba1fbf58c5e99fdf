/* What a line says. All views point into the line that was parsed and live as long as it does. */
#ifndef AUTHMEDIC_PARSE_RECORD_H
#define AUTHMEDIC_PARSE_RECORD_H

#include "base/address.h"

/* What the client's token was. */
enum scheme {
	SCHEME_UNKNOWN, /* the log does not show tokens */
	SCHEME_NONE,    /* the log shows that there was no token */
	SCHEME_KERBEROS,
	SCHEME_NTLM,
	SCHEME_BASIC,
	SCHEME_OTHER,
	SCHEME_COUNT
};

/* What the server's answer said about the exchange, where the log shows it. */
enum reply {
	REPLY_UNKNOWN,
	REPLY_CONTINUE, /* another leg is wanted: no refusal */
	REPLY_REJECT,
	REPLY_DONE
};

struct record {
	int64_t time_ms; /* UTC since 1970 */
	struct view client;
	struct address address; /* of the client; family 0 where it is no address */
	struct view user;       /* empty where the log has "-" */
	struct view agent;
	struct view method;
	struct view target;     /* the request target as logged, with its query */
	struct view host;
	struct view forwarded;  /* whom a proxy says it asks for: any client can write it */
	struct view connection; /* what names the connection; empty where not logged */
	struct view worker;     /* the server's process that answered; empty where not logged */
	struct view reason;     /* the server's own error text; empty where not logged */
	int status;             /* HTTP status; 0 where the connection gave none */
	int substatus;          /* IIS; -1 where not logged */
	int64_t win32;          /* IIS, as unsigned 32 bits where it fits; -1 where not logged */
	int64_t sent_bytes;     /* -1 where not logged */
	enum scheme scheme;
	enum reply reply;
};

/* One error-log line (or a record's reason) that a signature matched. */
struct signal {
	int64_t time_ms;         /* -1 where the line carries none: take the last line's */
	struct address address;  /* family 0 where the line names no client */
	size_t signature;        /* index in the set */
	struct view text;        /* the part that matched */
	int64_t kvno;            /* -1 where the text names none */
	struct view principal;   /* empty where the text names none */
};

const char *scheme_name(enum scheme scheme);

#endif
