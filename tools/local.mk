EXTRA_DIST += tools/checks.py tools/check-all tools/check-banned tools/check-docs \
	tools/check-includes tools/check-sizes tests/tools/test_checks.py
