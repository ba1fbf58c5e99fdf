libauthmedic_a_SOURCES += \
	agent/diagnose/clause.c agent/diagnose/clause.h \
	agent/diagnose/condition.c agent/diagnose/condition.h \
	agent/diagnose/examples.c \
	agent/diagnose/facts.c agent/diagnose/facts.h \
	agent/diagnose/judgement.c agent/diagnose/judgement.h \
	agent/diagnose/number.c agent/diagnose/number.h \
	agent/diagnose/rule.h \
	agent/diagnose/rules.c agent/diagnose/rules.h \
	agent/diagnose/rules_text.c \
	agent/diagnose/term.c agent/diagnose/term.h \
	agent/diagnose/truth.h
