if HAVE_CMOCKA
ledger_tests = tests/unit/ledger/account.test \
	tests/unit/ledger/budget.test \
	tests/unit/ledger/ledger.test
check_PROGRAMS += $(ledger_tests)
TESTS += $(ledger_tests)

tests_unit_ledger_account_test_SOURCES = tests/unit/ledger/test_account.c
tests_unit_ledger_account_test_CPPFLAGS = $(unit_cppflags)
tests_unit_ledger_account_test_LDADD = $(unit_libs)

tests_unit_ledger_budget_test_SOURCES = tests/unit/ledger/test_budget.c
tests_unit_ledger_budget_test_CPPFLAGS = $(unit_cppflags)
tests_unit_ledger_budget_test_LDADD = $(unit_libs)

tests_unit_ledger_ledger_test_SOURCES = tests/unit/ledger/test_ledger.c
tests_unit_ledger_ledger_test_CPPFLAGS = $(unit_cppflags)
tests_unit_ledger_ledger_test_LDADD = $(unit_libs)
endif
