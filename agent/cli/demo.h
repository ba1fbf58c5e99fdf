/* The demo: a simulated web server goes stale, and the real authmedicd cures it. Simulated are the
 * server, its clients and its KDC; everything else is the real thing. */
#ifndef AUTHMEDIC_CLI_DEMO_H
#define AUTHMEDIC_CLI_DEMO_H

#include "cli/verbs.h"

#define DEMO_CLIENTS      20
#define DEMO_MAX_PATH     8192
#define DEMO_FIRST_KVNO   3
#define DEMO_ROTATED_KVNO 4
#define DEMO_SERVICE      "HTTP/intranet.example.test"
#define DEMO_REALM        "EXAMPLE.TEST"

/* The files of one demo, all in its own directory. */
#define DEMO_KEYTAB     "http.keytab" /* what the administrator keeps up to date */
#define DEMO_KDC        "kdc.kvno" /* what the simulated KDC puts into tickets now */
#define DEMO_PIDFILE    "worker.pid"
#define DEMO_ACCESS_LOG "access.log"
#define DEMO_CONFIG     "authmedic.yml"

/* "DIRECTORY/NAME". */
void demo_path(char path[DEMO_MAX_PATH], const char *directory, const char *name);

/* A keytab with one key for the service, as libkrb5 reads it; in place of the old file in one step.
 */
must_check int demo_write_keytab(const char *directory, uint32_t kvno);
/* The kvno of the keytab's key; -EINVAL where it is no keytab of the demo's. */
must_check int demo_read_keytab(const char *directory, uint32_t *ret_kvno);
must_check int demo_write_kvno(const char *directory, uint32_t kvno);
must_check int demo_read_kvno(const char *directory, uint32_t *ret_kvno);

/* The hidden verbs that the demo runs as processes of their own. */
int verb_demo_master(
    const struct invocation *invocation); /* DIRECTORY PORT: keeps a worker alive */
int verb_demo_worker(const struct invocation *invocation); /* DIRECTORY PORT: serves and logs */
int verb_demo_recycle(const struct invocation *invocation); /* PID: a new worker, by the master */
int verb_demo_probe(const struct invocation *invocation); /* DIRECTORY PORT: one sign-in */

#endif
