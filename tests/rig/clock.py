"""A process whose clock is not the machine's: libfaketime."""

import functools

from .process import need_program, run


@functools.cache
def faketime_library():
    """What LD_PRELOAD is to name; skips where it is not installed."""
    faketime = need_program("faketime", "faketime")
    return run([faketime, "-f", "+0", "sh", "-c", "echo $LD_PRELOAD"]).stdout.strip()
