# What unit tests share. A test that makes allocations fail adds $(allocation_sources) to its sources
# and $(allocation_ldflags) to its flags.
EXTRA_DIST += tests/unit/chance.h tests/unit/seed.h tests/unit/unit.h tests/unit/tap tests/unit/README.md
allocation_sources = tests/unit/allocation.c tests/unit/allocation.h
allocation_ldflags = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
