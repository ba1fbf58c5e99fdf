"""Shows that a person can try the way to each receiver, and that the status is made for people: on one screen,
in colours only where there is a screen."""

import fcntl
import gzip
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

from rig import FORMATS, built_program, config, log_site, notify, wait_until


def test_notify_test(rig):
    """Each kind of receiver takes the test, and nobody could take it for trouble; what a receiver
    answers is told with an exit status of its own."""
    receivers = {kind: rig.receiver(kind) for kind in FORMATS}
    authmedic = rig.authmedic(config(log_site(rig.log_writer()), notify=notify(*receivers.values())),
                              start=False)
    for kind, receiver in receivers.items():
        done = authmedic.command("notify", "test", kind)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert re.fullmatch(rf"{kind}: delivered: status 20\d\n", done.stdout)
        [delivery] = receiver.taken()
        assert delivery.id.startswith("test-") and "Nothing is wrong" in str(delivery.body)
    assert receivers["alertmanager"].taken()[0].body[0]["labels"]["severity"] == "info"
    assert receivers["pagerduty"].taken()[0].body["payload"]["severity"] == "info"
    for status, exit_code in ((404, 1), (500, 75), (429, 75)):
        receivers["slack"].refuse(1, status)
        done = authmedic.command("notify", "test", "slack")
        assert (done.returncode, done.stdout) == (
            exit_code, f"slack: not taken: status {status}\n  no\n")
    receivers["slack"].stop()
    done = authmedic.command("notify", "test", "slack")
    assert done.returncode == 69 and done.stdout.startswith("slack: no answer: ")
    assert receivers["slack"].url not in done.stdout + done.stderr
    [said] = authmedic.objects("notify", "test", "webhook")
    assert (said["target"], said["result"], said["status"]) == ("webhook", "delivered", 200)
    for words in (["test"], ["test", "nobody"], ["ops"], ["test", "slack", "more"]):
        assert authmedic.command("notify", *words).returncode == 2
    os.unlink(receivers["pagerduty"].secret_path)
    done = authmedic.command("notify", "test", "pagerduty")
    assert done.returncode == 78 and "secret file" in done.stderr


class Screen:
    """A command that runs on a terminal of its own."""

    def __init__(self, words, columns=0, **environment):
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0))
        self.process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs,
                                        env={**os.environ, **environment})
        os.close(theirs)
        self.text = ""

    def look(self):
        """All that it has shown so far."""
        while select.select([self._ours], [], [], 0)[0]:
            try:
                self.text += os.read(self._ours, 65536).decode()
            except OSError:  # the other side has gone
                break
        return self.text

    def close(self):
        """Wait for its end; the exit code."""
        code = self.process.wait(20)
        self.look()
        os.close(self._ours)
        return code


def check_widths(command):
    """It fits a screen of 80 columns and uses a wider one; without UTF-8 it is plain ASCII."""
    for columns, locale in ((80, "C.UTF-8"), (80, "C"), (132, "C")):
        screen = Screen([*command, "status"], columns=columns, LC_ALL=locale, NO_COLOR="1")
        assert screen.close() == 0
        assert max(map(len, screen.text.splitlines())) <= columns, screen.text
        assert screen.text.isascii() == (locale == "C"), screen.text
        [row] = re.findall("^  plain .*", screen.text, re.M)
        assert (len(row.split("rejected")[0]) > 80) == (columns > 80), row


def test_progress(rig):
    """Long work shows how far it is, on a terminal alone, in one line that is gone at the end; however
    the logs are kept."""
    writer = rig.log_writer()
    writer.write(200000)
    with open(writer.path, "rb") as plain, gzip.open(writer.path + ".1.gz", "wb", compresslevel=1) as packed:
        for _ in range(5):
            plain.seek(0)
            packed.write(plain.read())
    authmedic = rig.authmedic(config(log_site(writer)), start=False)
    screen = Screen([built_program("authmedic"), "--config", authmedic.config_path, "replay", writer.path,
                     writer.path + ".1.gz"], columns=80)
    wait_until(lambda: "1200000 lines" in screen.look(), 60, lambda: screen.text)
    assert screen.close() == 0
    bars = re.findall(r"\r\033\[K +(\d+) % \[[#.]{24}\] [^\r\n]*", screen.text)
    assert bars and bars == sorted(bars, key=int), screen.text
    assert screen.text.rindex("\r\033[K") < screen.text.index("What authmedic would have seen")


def test_screen(rig):
    """`status` is coloured on a terminal alone, unless NO_COLOR is set; `watch` shows it anew, in place,
    until it is interrupted, and follows what happens."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)))
    command = [built_program("authmedic"), "--config", authmedic.config_path]
    plain = authmedic.command("status", check=True).stdout
    assert "\033" not in plain and re.search(r"^  plain +watching +[▁ ]+ 0/0 rejected$", plain, re.M), plain
    for environment, coloured in (({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
        screen = Screen([*command, "status"], **environment)
        assert screen.close() == 0
        assert ("\033[32mwatching\033[0m" in screen.text) == coloured, screen.text
        assert ("\033" in screen.text) == coloured
    check_widths(command)
    watch = Screen([*command, "watch"])
    wait_until(lambda: "watching" in watch.look(), 20, lambda: watch.text)
    assert "DEAF" not in watch.text
    os.unlink(writer.path)
    wait_until(lambda: "DEAF" in watch.look(), 20, lambda: watch.text)
    assert watch.text.startswith("\033[H\033[J") and watch.text.count("\033[H\033[J") >= 2
    watch.process.send_signal(signal.SIGINT)
    assert watch.close() == 0
