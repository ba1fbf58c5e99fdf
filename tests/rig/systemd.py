"""A systemd of one's own: process 1 of its own name spaces, with no unit of the machine."""

import os
import signal
import subprocess
import tempfile

from .process import Process, children, need_file, need_mounts, need_program, run
from .wait import wait_until

# Targets that systemd cannot do without, as the machine has them but for what they would start.
TARGETS = ["sysinit", "basic", "shutdown", "umount", "exit", "slices", "paths", "timers", "sockets",
           "local-fs", "swap", "multi-user", "final"]
START = "[Unit]\nDefaultDependencies=no\nAllowIsolate=yes\n"

BOOT = """\
set -e
mount --make-rprivate /
mount -t cgroup2 none '{cgroups}'
mkdir -p '{cgroups}/{group}'
echo $$ >'{cgroups}/{group}/cgroup.procs'
umount '{cgroups}'
exec unshare -C -p -f --kill-child -m --propagation private sh -c '
mount --make-rshared /
mount -t proc proc /proc
umount -R -l /sys/fs/cgroup 2>/dev/null
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
. {prepare}
exec env -i PATH="$PATH" container=rig SYSTEMD_UNIT_PATH={unit_path} {program} --system \\
  --unit=rig.target --log-target=console --show-status=no'
"""

# nsenter would end without what it runs; what it passes on is whatever came to us.
FOREGROUND = """\
"$@" &
entered=$!
trap 'kill -TERM $(cat /proc/$entered/task/$entered/children)' TERM
while kill -0 "$entered" 2>/dev/null; do wait "$entered"; code=$?; done
exit "$code"
"""

CLEAN = """\
mount -t cgroup2 none '{cgroups}'
[ ! -d '{cgroups}/{group}' ] || find '{cgroups}/{group}' -depth -type d -exec rmdir {{}} +
"""


class PrivateSystemd:
    """Runs units that add_unit() wrote, for LoadCredential= and bound paths are systemd's own doing.

    Skips where the machine does not let us: it needs root, name spaces and cgroup2. `prepare` are lines of shell that
    run among its mounts before it starts, `more_units` further folders of units.
    """

    def __init__(self, directory, prepare="", more_units=""):
        self._unshare = need_mounts()
        self._paths = {"units": os.path.join(directory, "units"),
                       "cgroups": tempfile.mkdtemp(prefix="cgroups-", dir=os.path.dirname(directory)),
                       "group": f"authmedic-rig-{os.getpid()}-{os.path.basename(os.path.dirname(directory))}",
                       "prepare": os.path.join(directory, "prepare"),
                       "program": need_file("/lib/systemd/systemd", "systemd")}
        self._paths["unit_path"] = f"{self._paths['units']}:{more_units}".rstrip(":")
        self._output = os.path.join(directory, "systemd.out")
        self._process = None
        os.makedirs(self._paths["units"])
        for target in TARGETS:
            with open(f"/lib/systemd/system/{target}.target", encoding="utf-8") as file:
                lines = [line for line in file if not line.startswith(("Wants=", "Requires="))]
            self._write(f"{target}.target", "".join(lines))
        self._write("rig.target", START)
        with open(self._paths["prepare"], "w", encoding="utf-8") as output:
            output.write(prepare)

    def _write(self, name, text):
        with open(os.path.join(self._paths["units"], name), "w", encoding="utf-8") as output:
            output.write(text)

    def add_unit(self, name, service):
        """Write NAME.service with these lines under [Service]."""
        self._write(f"{name}.service", f"[Unit]\nDefaultDependencies=no\n[Service]\n{service}\n")

    def add_drop_in(self, name, service):
        """Write a drop-in for NAME.service with these lines under [Service]."""
        os.makedirs(os.path.join(self._paths["units"], f"{name}.service.d"), exist_ok=True)
        self._write(f"{name}.service.d/rig.conf", f"[Service]\n{service}\n")

    def start(self):
        """Boot it, and wait until it answers; self."""
        self._process = Process([self._unshare, "-m", "-u", "-i", "sh", "-c", BOOT.format(**self._paths)],
                                self._output)
        self._process.wait_ready(self._answers, 20, "systemd answers")
        return self

    @property
    def pid(self):
        """Its process 1, as we see it."""
        if self._process is None:
            return None
        below = children(self._process.pid)
        return below[0] if below else None

    def command(self, *command):
        """The command line that runs the command among its processes and mounts."""
        return [need_program("nsenter", "util-linux"), "-t", str(self.pid), "-m", "-p", "-u", "-i", "-C", *command]

    def foreground(self):
        """The words before a command line, so that the program runs among its processes and SIGTERM comes to it."""
        return ["/bin/sh", "-c", FOREGROUND, "sh", *self.command()]

    def _answers(self):
        if self.pid is None:
            return False
        done = subprocess.run(self.command("systemctl", "is-system-running"), capture_output=True, text=True,
                              timeout=20, check=False)
        return done.stdout.strip() in ("running", "degraded")

    def systemctl(self, *words):
        """Run systemctl in it; what it prints."""
        return run(self.command("systemctl", *words)).stdout

    def stop(self):
        """End it with all that runs in it."""
        if self._process is None:
            return
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: self._process.exit_code is not None, 20, "systemd is gone")
        self._process.kill()
        self._process = None
        run([self._unshare, "-m", "sh", "-c", CLEAN.format(**self._paths)])
