"""Ends authmedicd or its helper at a call of the test's choice, by the shim of killer.c."""

import mmap
import os
import struct

from .source import built_program

VALUES = ["at", "moment", "calls", "kills"]
MOMENTS = ["before", "half", "after"]


class Killer:
    """The values that the shim goes by. `wrapper` is put before authmedicd's command line, which then
    stands for the helper that it spawns, too; `of_helper` are the words more for a Killer of that."""

    def __init__(self, path):
        self.of_helper = [f"AUTHMEDIC_KILLER_OF_HELPER={path}"]
        self.wrapper = ["/usr/bin/env", f"LD_PRELOAD={built_program('tests/rig/killer.so')}",
                        f"AUTHMEDIC_KILLER={path}",
                        "ASAN_OPTIONS=verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")]
        with open(path, "wb+") as file:
            file.truncate(mmap.PAGESIZE)
            self._shared = mmap.mmap(file.fileno(), mmap.PAGESIZE)

    def aim(self, at, moment="before"):
        """At that call of its life, counted from 1; 0 spares it. Once it is over the next is spared."""
        struct.pack_into("qq", self._shared, 0, at, MOMENTS.index(moment))

    def calls(self):
        """How many calls the latest one has made."""
        return struct.unpack_from("q", self._shared, 8 * VALUES.index("calls"))[0]

    def kills(self):
        """How many were ended."""
        return struct.unpack_from("q", self._shared, 8 * VALUES.index("kills"))[0]

    def stop(self):
        """Let go of the values."""
        self._shared.close()
