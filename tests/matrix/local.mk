# The matrix of faults that followers of logs meet; see docs/tailing.md.
check_PROGRAMS += tests/matrix/follow
tests_matrix_follow_SOURCES = tests/matrix/follow.c

# No libtool for a single shim: a shared object needs no more than this.
check_DATA += tests/matrix/faults.so
CLEANFILES += tests/matrix/faults.so
tests/matrix/faults.so: tests/matrix/faults.c
	$(AM_V_CCLD)$(CC) -D_GNU_SOURCE $(CPPFLAGS) -std=gnu17 -O2 -Wall -Wextra -fPIC -shared -o $@ \
		$(srcdir)/tests/matrix/faults.c
EXTRA_DIST += tests/bench/tailing.md \
	tests/matrix/__init__.py \
	tests/matrix/conftest.py \
	tests/matrix/faults.c \
	tests/matrix/faults.py \
	tests/matrix/follow.py \
	tests/matrix/lines.py \
	tests/matrix/mounted.py \
	tests/matrix/play.py \
	tests/matrix/rivals.py \
	tests/matrix/rows_content.py \
	tests/matrix/rows_faults.py \
	tests/matrix/rows_rotation.py \
	tests/matrix/run \
	tests/matrix/scenarios.py \
	tests/matrix/table.py \
	tests/matrix/test_matrix.py \
	tests/matrix/test_mounted.py \
	tests/matrix/test_oracle.py \
	tests/matrix/test_rivals.py \
	tests/matrix/world.py
