# What the command line shares with the daemon.
libauthmedic_a_SOURCES += \
	agent/daemon/again.c agent/daemon/again.h \
	agent/daemon/evidence.c agent/daemon/evidence.h \
	agent/daemon/log_parser.c agent/daemon/log_parser.h \
	agent/daemon/named_files.c agent/daemon/named_files.h \
	agent/daemon/prober.c agent/daemon/prober.h \
	agent/daemon/reading.c agent/daemon/reading.h agent/daemon/reading_format.c \
	agent/daemon/reading_private.h \
	agent/daemon/reports.c agent/daemon/reports.h \
	agent/daemon/rulebook.c agent/daemon/rulebook.h \
	agent/daemon/target.c agent/daemon/target.h \
	agent/daemon/bounds.c agent/daemon/bounds.h

# Without main.c, so that a test may run all of it.
pipeline_sources = \
	agent/daemon/assembly.c \
	agent/daemon/backlog.c agent/daemon/backlog.h \
	agent/daemon/chronicle.c agent/daemon/chronicle.h \
	agent/daemon/commit.c \
	agent/daemon/dead_letters.c agent/daemon/dead_letters.h \
	agent/daemon/endpoint.c agent/daemon/endpoint.h \
	agent/daemon/estate.c agent/daemon/estate.h \
	agent/daemon/event_line.c agent/daemon/event_line.h \
	agent/daemon/firing.c agent/daemon/firing.h \
	agent/daemon/hearing.c agent/daemon/hearing.h \
	agent/daemon/journal.c agent/daemon/journal.h \
	agent/daemon/membership.c agent/daemon/membership.h \
	agent/daemon/memory.c agent/daemon/memory.h \
	agent/daemon/message_clock.c agent/daemon/message_clock.h \
	agent/daemon/outbox.c agent/daemon/outbox.h \
	agent/daemon/overdue.c agent/daemon/overdue.h \
	agent/daemon/owed.c agent/daemon/owed.h \
	agent/daemon/parcel.c agent/daemon/parcel.h \
	agent/daemon/pipeline.c agent/daemon/pipeline.h agent/daemon/pipeline_parts.h \
	agent/daemon/publisher.c agent/daemon/publisher.h \
	agent/daemon/saving.c agent/daemon/saving.h \
	agent/daemon/stories.c agent/daemon/stories.h \
	agent/daemon/site.c agent/daemon/site.h \
	agent/daemon/summary.c agent/daemon/summary.h \
	agent/daemon/unwatched.c agent/daemon/unwatched.h
sbin_PROGRAMS += authmedicd
authmedicd_SOURCES = agent/daemon/main.c agent/daemon/supervision.c agent/daemon/supervision.h $(pipeline_sources)
authmedicd_LDFLAGS = $(HARDENING_LDFLAGS)
