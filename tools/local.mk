EXTRA_DIST += .ci/run tools/spelled-on-purpose tools/packages tools/install-packages tools/build \
	tools/checks.py tools/check-all tools/check-banned tools/check-cleanups tools/check-docs tools/check-helper tools/check-includes \
	tools/check-options tools/check-sizes tools/coverage tools/demo-picture tools/mutate tools/page-pictures tests/mutation/equivalent.txt tests/tools/test_campaign.py \
	tests/tools/test_checks.py tests/tools/test_check_options.py \
	tests/tools/test_install_packages.py tests/tools/test_run_tests.py
