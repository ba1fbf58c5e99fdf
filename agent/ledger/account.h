/* What the ledger comes to, for one site and incident: its budget, what people said, what is under
 * way, and what of all sites is still to be reverted. Pure; every record goes in, in order. */
#ifndef AUTHMEDIC_LEDGER_ACCOUNT_H
#define AUTHMEDIC_LEDGER_ACCOUNT_H

#include "ledger/ledger.h"

#define ACCOUNT_MAX_RUNGS    8
#define ACCOUNT_MAX_APPLIED  PROTOCOL_MAX_STANDING /* with so many nothing is begun */
#define ACCOUNT_APPROVAL_MS  INT64_C(3600000) /* after which an approval is too old */
#define ACCOUNT_RETRY_MS     INT64_C(60000)   /* after a revert that failed; doubled each time */
#define ACCOUNT_MAX_RETRY_MS INT64_C(3600000)

struct account_rung {
	uint64_t key; /* asked with */
	bool locked;
	bool skipped;                  /* for the incident */
	bool approved;                 /* for the incident, at that time, and not used yet */
	struct ledger_record approval;
	struct ledger_record action;   /* the incident's apply; without action_id: there is none */
};

/* What was applied for a time. */
struct account_applied {
	struct ledger_record intent;
	uint32_t tries;     /* to revert it */
	struct moment last; /* of those */
};

/* Whether the other site's actions count for the site as well. */
typedef bool account_shares_budget(
    const void *context, const char *site, const char *other_site);

struct account {
	/* asked with; the rest starts zeroed */
	const char *site;     /* "": actions of all sites count */
	const char *incident; /* "": none */
	account_shares_budget *shares_budget; /* NULL: only the site's own count */
	const void *context;
	struct account_rung rungs[ACCOUNT_MAX_RUNGS];
	size_t rung_count;
	/* told */
	struct budget budget;
	bool denied;               /* by a person, for the incident */
	struct ledger_record open; /* the newest intent without a result, of any site */
	struct account_applied applied[ACCOUNT_MAX_APPLIED]; /* of any site */
	struct account_applied replaced; /* what the newest apply took the place of, or zeroed */
	size_t applied_count;
};

/* A ledger_on_record; the context is the account. */
void account_add(void *account, const struct ledger_record *record);

/* What is applied of that rung of the site, or NULL. */
struct account_applied *account_find_applied(
    struct account *account, const char *site, uint64_t key);

/* Whether a person's approval is there, for the incident, that is neither used nor too old. */
bool account_is_approved(const struct account_rung *rung, const struct moment *now);

/* What stands against an apply of that rung for the incident, or REFUSAL_NONE. */
struct account_order {
	bool needs_approval;
	struct budget_limits limits;
	const struct moment *now;
};
enum protocol_refusal account_refuses(
    const struct account *account, size_t rung, const struct account_order *order);

/* The site's budget and the state of its rungs, for the reply. */
void account_tell(const struct account *account, struct budget_limits limits,
    const struct moment *now, struct protocol_reply *reply);

/* Until it is to be reverted, or tried again; 0 or less: now. Where the clocks cannot tell how long
 * ago it was applied that is now: the server as it was before is never the worse choice. */
int64_t account_left_ms(const struct account_applied *applied, const struct moment *now);

#endif
