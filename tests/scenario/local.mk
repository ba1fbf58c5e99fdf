EXTRA_DIST += \
	tests/scenario/conftest.py \
	tests/scenario/test_commands.py \
	tests/scenario/test_configuration.py \
	tests/scenario/test_counts.py \
	tests/scenario/test_deaf.py \
	tests/scenario/test_demo.py \
	tests/scenario/test_flood.py \
	tests/scenario/test_healthy.py \
	tests/scenario/test_kdc_down.py \
	tests/scenario/test_killed.py \
	tests/scenario/test_observe.py \
	tests/scenario/test_plugins.py \
	tests/scenario/test_privileges.py \
	tests/scenario/test_probe.py \
	tests/scenario/test_probe_http.py \
	tests/scenario/test_reload.py \
	tests/scenario/test_replay.py \
	tests/scenario/test_rig.py \
	tests/scenario/test_rig_tomcat.py \
	tests/scenario/test_rig_tools.py \
	tests/scenario/test_rules.py \
	tests/scenario/test_snippets.py \
	tests/scenario/test_stale_handle.py \
	tests/scenario/test_stale_keytab.py \
	tests/scenario/test_state.py \
	tests/scenario/test_tailing.py \
	tests/scenario/test_voters.py
