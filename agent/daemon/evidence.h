/* The facts of a diagnosis that neither probe nor inspectors tell: the window, the signals, the
 * site. The same for the daemon and for replay. */
#ifndef AUTHMEDIC_DAEMON_EVIDENCE_H
#define AUTHMEDIC_DAEMON_EVIDENCE_H

#include "config/config.h"
#include "detect/detector.h"
#include "diagnose/facts.h"
#include "parse/signatures.h"

struct evidence_sources {
	const struct config_site *site;
	const struct detector *detector;
	const struct signatures *signatures;
	bool about_strangers; /* rejections of strangers alone made us look */
	bool confirmed; /* the probe's result came often enough, over long enough */
	int64_t handle_limit_ms; /* beyond this age a worker's handle is suspect */
	int64_t now_ms;
};

/* Puts them among the facts, in place of the last ones. */
void evidence_gather(struct facts *facts, const struct evidence_sources *sources);
/* One fact of our own making. */
void evidence_set(struct facts *facts, const char *name, const char *value, int64_t now_ms);
/* The same of a wall time, as seconds. */
void evidence_set_time(struct facts *facts, const char *name, int64_t time_ms, int64_t now_ms);

#endif
