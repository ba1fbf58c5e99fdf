/* What systemd, or another that started us, is told: sd_notify(3)'s datagrams to $NOTIFY_SOCKET,
 * without its library. Where nobody asked, nothing is sent. */
#ifndef AUTHMEDIC_LOOP_SERVICE_MANAGER_H
#define AUTHMEDIC_LOOP_SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>

/* Assignments with line ends between: "READY=1\nSTATUS=…". Never blocks: false where it could not
 * be sent, since the manager has too much to read just now. */
bool service_manager_tell(const char *assignments);
/* RELOADING=1 with the time that Type=notify-reload wants. "READY=1" ends it. */
void service_manager_tell_reloading(void);
/* How many sockets it listens on for us, from SERVICE_MANAGER_FIRST_SOCKET on (sd_listen_fds(3)).
 * No child of ours gets them. */
#define SERVICE_MANAGER_FIRST_SOCKET 3
#define SERVICE_MANAGER_MAX_SOCKETS  64
int service_manager_sockets(void);
/* How often it must hear "WATCHDOG=1" from us; 0 where it does not ask for that. */
int64_t service_manager_watchdog_ms(void);

#endif
