libauthmedic_a_SOURCES += \
	agent/ledger/budget.c agent/ledger/budget.h \
	agent/ledger/ledger.c agent/ledger/ledger.h \
	agent/ledger/ledger_line.c agent/ledger/ledger_line.h
