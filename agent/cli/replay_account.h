/* What a site's old logs came to, for the table at the end: spikes, deaf times, days. */
#ifndef AUTHMEDIC_CLI_REPLAY_ACCOUNT_H
#define AUTHMEDIC_CLI_REPLAY_ACCOUNT_H

#include "base/json.h"
#include "cli/screen.h"
#include "config/config.h"
#include "detect/deafness.h"
#include "detect/detector.h"
#include "diagnose/rules.h"

#define REPLAY_MAX_SPIKES 1000 /* told one by one; of more only how many */
#define REPLAY_MAX_DAYS   8192

struct replay_account;

/* The site is borrowed. */
must_check int replay_account_new(
    struct replay_account **ret_account, const struct config_site *site);
void replay_account_free(struct replay_account **account);

/* A spike opened or closed. The diagnosis is what logs alone let tell; NULL where none was made. */
void replay_account_spike(struct replay_account *account, const struct detector_window *window,
    const struct diagnosis *diagnosis);
/* While it lasts: it may become worse. */
void replay_account_look(
    struct replay_account *account, const struct detector_window *window);
void replay_account_deaf(struct replay_account *account, const struct deaf_change *change);
/* It is this time in the logs, and so many sign-ins were seen until now. */
void replay_account_day(
    struct replay_account *account, int64_t now_ms, const struct detector_totals *totals);
/* The end of the logs: what is open ends there. */
void replay_account_end(
    struct replay_account *account, int64_t now_ms, const struct detector_totals *totals);

void replay_account_print(const struct replay_account *account, const struct screen *screen);
struct json *replay_account_json(const struct replay_account *account);

#endif
