/* System calls that are refused with EPERM from now on, by seccomp. */
#ifndef AUTHMEDIC_CONFINE_SYSTEM_CALLS_H
#define AUTHMEDIC_CONFINE_SYSTEM_CALLS_H

/* Those that only ... have any use for; each kind takes in the ones before it. */
enum system_calls_kind {
	SYSTEM_CALLS_OF_NOBODY,   /* on a server that runs: kernel, clock, modules, tracing */
	SYSTEM_CALLS_OF_SERVERS,  /* identity, name spaces, mounts; odd ways to the kernel */
	SYSTEM_CALLS_OF_STARTERS, /* what runs another program */
};

/* Needs no_new_privs. How many are refused, or -errno where the kernel cannot do it. */
int system_calls_refuse(enum system_calls_kind kind);

#endif
