/* Makes the system fail on purpose below the code under test: programs that use it are linked with
 * $(faults_ldflags). */
#ifndef AUTHMEDIC_TESTS_FAULTS_H
#define AUTHMEDIC_TESTS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct faults {
	uint64_t random; /* not 0; the state of the dice */
	unsigned short_reads; /* each so many of a thousand */
	unsigned interruptions;
	unsigned read_errors; /* EIO */
	bool remote; /* files seem to be on NFS */
	unsigned lagging_sizes;
	void (*before_scan)(void); /* once: between the looks at the files and at their directory */
	void (*after_open)(void); /* once: between two files' being opened */
};

extern struct faults faults;

#endif
