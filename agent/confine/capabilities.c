#include "confine/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>

#include "base/cleanup.h"

/* The kernel itself, its clock, its modules and its log; raw devices and network packets. */
static const int unneeded[] = {CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_BOOT, CAP_SYS_TIME,
    CAP_SYS_PACCT, CAP_SYSLOG, CAP_MAC_ADMIN, CAP_MAC_OVERRIDE, CAP_AUDIT_CONTROL, CAP_BPF,
    CAP_PERFMON, CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND, CAP_NET_RAW, CAP_MKNOD, CAP_LINUX_IMMUTABLE};

unsigned capabilities_drop(void)
{
	unsigned dropped = 0;

	for (size_t i = 0; i < count_of(unneeded); i++)
		if (prctl(PR_CAPBSET_READ, unneeded[i], 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, unneeded[i], 0, 0, 0) == 0)
			dropped++;
	return dropped;
}
