"""Shows what the service manager is told: when authmedicd is ready, that it reads its configuration again, what it
sees, that its loop goes round, and that it ends."""

import os
import re
import socket
import time

from rig import built_program, config, log_site, wait_until


class Manager:
    """Hears sd_notify's datagrams. `wrapper` is what to run the daemon under."""

    def __init__(self, rig, watchdog_s):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(rig.path("notify"))
        self.told = []
        self.wrapper = ["env", f"NOTIFY_SOCKET={rig.path('notify')}",
                        f"WATCHDOG_USEC={int(watchdog_s * 1000000)}"]

    def hear(self):
        """All that was told so far, watchdog apart."""
        try:
            while True:
                self.told.append(self._socket.recv(4096).decode())
        except BlockingIOError:
            pass
        return [text for text in self.told if text != "WATCHDOG=1"]

    def wait_told(self, pattern, start=0):
        """Wait until something like it was told after that many; the number of what was told."""
        def find():
            return next((number for number, text in enumerate(self.hear(), 1)
                         if number > start and re.fullmatch(pattern, text)), None)
        return wait_until(find, 20, lambda: f"{pattern}; told: {self.told}")

    def close(self):
        self._socket.close()


def test_told(rig):
    """From the start over a reload, a refused one, and a log that goes, to the end."""
    manager = Manager(rig, watchdog_s=0.4)
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)), wrapper=manager.wrapper)
    ready = manager.wait_told("READY=1")
    manager.wait_told("STATUS=1 site watched, 0 incidents open, 0 logs deaf", ready)
    assert ready == 1
    wait_until(lambda: manager.hear() and manager.told.count("WATCHDOG=1") >= 3, 20, "the watchdog is fed")
    check_reload(manager, authmedic)
    authmedic.write_config("mode: dance")
    check_reload(manager, authmedic)
    os.unlink(writer.path)
    manager.wait_told("STATUS=1 site watched, 0 incidents open, 1 log deaf")
    authmedic.stop()
    assert manager.hear()[-1] == "STOPPING=1"
    manager.close()


def check_reload(manager, authmedic):
    """Told when it begins, with the time, and when it is over, whatever came of it."""
    before_us, heard = time.monotonic_ns() // 1000, len(manager.hear())
    authmedic.reload()
    begun = manager.wait_told(r"RELOADING=1\nMONOTONIC_USEC=\d+", heard)
    manager.wait_told("READY=1", begun)
    stamp = int(manager.hear()[begun - 1].rpartition("=")[2])
    assert before_us <= stamp <= time.monotonic_ns() // 1000


def test_stuck(rig):
    """A real systemd waits for READY, shows the status, and replaces a daemon whose loop stands still."""
    systemd = rig.systemd()
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    authmedic.make_folders()
    systemd.add_unit("watched", "Type=notify\nWatchdogSec=2s\nRestart=on-watchdog\nRestartSec=0\n"
                     f"ExecStart={built_program('authmedicd')} --config {authmedic.config_path}")
    systemd.systemctl("start", "watched.service")
    assert "ActiveState=active" in systemd.systemctl("show", "-p", "ActiveState", "watched.service")
    wait_until(lambda: "StatusText=1 site watched" in systemd.systemctl(
        "show", "-p", "StatusText", "watched.service"), 20, "the status is shown")
    first = systemd.systemctl("show", "-p", "MainPID", "watched.service")
    systemd.systemctl("kill", "--signal=STOP", "watched.service")
    wait_until(lambda: "NRestarts=1" in systemd.systemctl(
        "show", "-p", "NRestarts", "watched.service"), 30, "it was replaced")
    wait_until(lambda: authmedic.is_ready(), 30, "the new one is ready")
    assert systemd.systemctl("show", "-p", "MainPID", "watched.service") != first
