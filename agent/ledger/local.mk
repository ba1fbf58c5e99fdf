libauthmedic_a_SOURCES += \
	agent/ledger/account.c agent/ledger/account.h \
	agent/ledger/account_tell.c \
	agent/ledger/budget.c agent/ledger/budget.h \
	agent/ledger/ledger.c agent/ledger/ledger.h \
	agent/ledger/ledger_line.c agent/ledger/ledger_line.h \
	agent/ledger/moment.c agent/ledger/moment.h \
	agent/ledger/pause.c agent/ledger/pause.h
