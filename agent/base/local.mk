libauthmedic_a_SOURCES += \
	agent/base/address.c agent/base/address.h \
	agent/base/array.h \
	agent/base/base64.c agent/base/base64.h \
	agent/base/buffer.c agent/base/buffer.h \
	agent/base/border.h \
	agent/base/cleanup.h \
	agent/base/file.c agent/base/file.h \
	agent/base/hash.c agent/base/hash.h \
	agent/base/journal_socket.c agent/base/journal_socket.h \
	agent/base/json.c agent/base/json.h \
	agent/base/log.c agent/base/log.h \
	agent/base/marks.c agent/base/marks.h agent/base/marks_ways.h \
	agent/base/process.c agent/base/process.h \
	agent/base/random.c agent/base/random.h \
	agent/base/standard_output.c agent/base/standard_output.h \
	agent/base/stretch.c agent/base/stretch.h \
	agent/base/table.c agent/base/table.h \
	agent/base/text.c agent/base/text.h \
	agent/base/view.c agent/base/view.h
