"""The same world behind a real FUSE mount (bindfs): no watching, no births, and identities that only
the server of the mount knows."""

import os
import subprocess

import pytest

from rig import need_program
from rig.wait import let_pass, wait_until

from .world import World

REMEMBERED_S = 0.01  # by the kernel, of sizes and names
MOUNTS = "/proc/self/mounts"


def is_mounted(path):
    with open(MOUNTS, encoding="utf-8") as mounts:
        return any(line.split()[1] == path for line in mounts)


class MountedWorld(World):
    """All go through the mount: writers, rotators and the follower."""

    def __init__(self, case, directory, state, make_follower):
        super().__init__(case, directory, state, make_follower)
        bindfs = need_program("bindfs", "bindfs")
        self.mount = os.path.join(directory, "mount")
        os.mkdir(self.mount)
        options = f"attr_timeout={REMEMBERED_S},entry_timeout={REMEMBERED_S},negative_timeout=0"
        self._server = subprocess.Popen(
            [bindfs, "-f", "-o", options, self.directory, self.mount],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            wait_until(lambda: is_mounted(self.mount) or self._server.poll() is not None, 10, "mounted")
            if self._server.poll() is not None:
                pytest.skip(f"FUSE: {self._server.stderr.read().decode(errors='replace').strip()}")
        except BaseException:
            self.close()
            raise
        self.directory = self.mount

    def close(self):
        super().close()
        if is_mounted(self.mount):
            subprocess.run(["umount", "--lazy", self.mount], check=False)
        self._server.terminate()
        self._server.wait(10)
        self._server.stderr.close()

    def second(self, count=1):
        """The second that passes for the follower is as long for the kernel as it remembers things."""
        for _ in range(min(count, 3)):
            let_pass(2 * REMEMBERED_S)
            super().second()
        if count > 3:
            super().second(count - 3)

    def check_hinted(self, file):
        self.write_lines(file, 10)
        self.check_told("watching", False)


class BeneathWorld(MountedWorld):
    """Only the follower goes through the mount. The rest happens beneath it, as at a file server:
    nothing is notified, and the follower sees sizes that its kernel remembers for a while. (Not for
    rotation: to FUSE a path is the file, so that even an open file shows another's bytes when the
    path leads to that one.)"""

    def __init__(self, case, directory, state, make_follower):
        super().__init__(case, directory, state, make_follower)
        self.directory = os.path.join(directory, "logs")

    def followed_path(self, pattern):
        return os.path.join(self.mount, pattern)
