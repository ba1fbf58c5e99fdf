"""Faults of file systems, by the shim of faults.c."""

import mmap
import struct

from rig import built_program

VALUES = ["remote", "lag_bytes", "lag_reads", "stale", "unreadable", "max_read", "full", "opens"]


class Faults:
    """The values that the shim of a running follower goes by; all 0 at first."""

    def __init__(self, path):
        self.environment = {"LD_PRELOAD": built_program("tests/matrix/faults.so"),
                            "AUTHMEDIC_FAULTS": path}
        with open(path, "wb+") as file:
            file.truncate(mmap.PAGESIZE)
            self._shared = mmap.mmap(file.fileno(), mmap.PAGESIZE)

    def set(self, **values):
        for name, value in values.items():
            struct.pack_into("q", self._shared, 8 * VALUES.index(name), value)

    def get(self, name):
        return struct.unpack_from("q", self._shared, 8 * VALUES.index(name))[0]

    def close(self):
        self._shared.close()
