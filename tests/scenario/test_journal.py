"""Shows that a real journal takes authmedicd's entries with their kinds and what they are about, and that what goes
anywhere else are plain lines."""

import json
import os
import re
import subprocess

from rig import SOURCE_DIRECTORY, built_program, config, log_site
from rig.process import need_file, need_mounts, need_program

TABLE = os.path.join(SOURCE_DIRECTORY, "agent/config/log_kinds.def")

# A journal of one's own, and authmedicd with standard error in it as systemd would have it.
INSIDE = """\
import os, re, signal, socket, subprocess, sys, time
journald, authmedicd, config, log = sys.argv[1:]
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
subprocess.run(["mount", "-t", "proc", "proc", "/proc"], check=True)
os.makedirs("/run/log/journal")
os.makedirs("/run/systemd/journal")
def wait(holds):
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, read()[-4000:]
        time.sleep(0.05)
journal = subprocess.Popen([journald], stderr=subprocess.DEVNULL)
wait(lambda: os.path.exists("/run/systemd/journal/stdout"))
stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
stream.connect("/run/systemd/journal/stdout")
stream.sendall(b"rig\\n\\n6\\n1\\n0\\n0\\n0\\n")
status = os.fstat(stream.fileno())
daemon = subprocess.Popen([authmedicd, "--config", config], stderr=stream.fileno(), env={
    **os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
def read(*matches):
    return subprocess.run(["journalctl", "--directory=/run/log/journal", "-o", "json", "--no-pager", *matches],
                          capture_output=True, text=True).stdout
wait(lambda: "is running" in read("SYSLOG_IDENTIFIER=authmedicd"))
os.unlink(log)
wait(lambda: read("AUTHMEDIC_REASON=missing"))
daemon.send_signal(signal.SIGTERM)
assert daemon.wait(20) == 0
print(read("SYSLOG_IDENTIFIER=authmedicd"), end="")
journal.terminate()
journal.wait()
"""


def identity(kind):
    with open(TABLE, encoding="utf-8") as table:
        return re.search(rf'KIND\({kind}, LOG_LEVEL_\w+, "(.*)"', table.read()).group(1)


def test_real_journal(rig):
    """journald keeps each entry with its message id, its priority and its fields."""
    unshare = need_mounts()
    journald = need_file("/lib/systemd/systemd-journald", "systemd")
    need_program("journalctl", "systemd")
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer, name="intranet")), start=False)
    os.makedirs(os.path.join(authmedic.directory, "state"), exist_ok=True)
    done = subprocess.run([unshare, "-m", "-p", "-f", "--kill-child", "/usr/bin/python3", "-c", INSIDE, journald,
                           built_program("authmedicd"), authmedic.config_path, writer.path],
                          capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    entries = [json.loads(line) for line in done.stdout.splitlines()]
    [started] = [entry for entry in entries if entry.get("MESSAGE_ID") == identity("started")]
    assert started["PRIORITY"] == "5" and started["MESSAGE"].endswith("is running")
    [deaf] = [entry for entry in entries if entry.get("MESSAGE_ID") == identity("log_deaf")]
    assert (deaf["PRIORITY"], deaf["AUTHMEDIC_SITE"], deaf["AUTHMEDIC_LOG"], deaf["AUTHMEDIC_REASON"]) == (
        "4", "intranet", writer.path, "missing")
    assert deaf["_TRANSPORT"] == "journal" and deaf["MESSAGE"].startswith("intranet: ")


def test_elsewhere(rig):
    """Where standard error is something else, whatever JOURNAL_STREAM says, there are plain lines."""
    writer = rig.log_writer()
    os.environ["JOURNAL_STREAM"] = "8:1"
    try:
        authmedic = rig.authmedic(config(log_site(writer)))
    finally:
        del os.environ["JOURNAL_STREAM"]
    assert re.search(r"^authmedicd: authmedicd \S+ is running$", authmedic.output(), re.M), authmedic.output()
