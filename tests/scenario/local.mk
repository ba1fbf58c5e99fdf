EXTRA_DIST += \
	tests/scenario/conftest.py \
	tests/scenario/test_plugins.py \
	tests/scenario/test_probe.py \
	tests/scenario/test_probe_http.py \
	tests/scenario/test_rig.py \
	tests/scenario/test_rig_tools.py
