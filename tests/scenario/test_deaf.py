"""Shows that a log that tells nothing is told as deaf, with its reason, in metrics, status, page and
a message, and that this ends by itself when the server is heard again."""

import os

import pytest

from rig import Log, apache_site, config, log_site, notify, squid_site, strace, wait_until

QUICK = {"unparsed_lines": 5, "silent_for": "2s", "probe_line_within": "1s", "unseen_probes": 2,
         "error_records": 10, "errors_for": "1s", "unwatched_for": "1s"}


class Watched:
    """authmedic that watches a site, and somebody who is told."""

    def __init__(self, rig, site, **options):
        self.webhook = rig.webhook()
        self.config = config(site, deaf=QUICK, notify=notify(self.webhook))
        self.authmedic = rig.authmedic(self.config, **options)

    def is_deaf(self, log, reason):
        return self.authmedic.metric("authmedic_deaf_reason", log=str(log), reason=reason) == 1

    def wait_deaf(self, log, reason, go_on=lambda: None):
        """While `go_on` is done again and again the log becomes deaf for this reason."""
        wait_until(lambda: go_on() or self.is_deaf(log, reason), 60,
                   lambda: f"{log} is {reason}\n{self.authmedic.output()}")
        assert self.authmedic.metric("authmedic_deaf", log=str(log)) == 1
        reasons = self.authmedic.log_status(log)["deaf_reasons"]
        assert [one["reason"] for one in reasons] == [reason], reasons
        assert " deaf</strong>: " in self.authmedic.fetch("/")
        assert "DEAF for " in self.authmedic.command("status", check=True).stdout

    def wait_heard(self, log, go_on=lambda: None):
        """And is heard again."""
        wait_until(lambda: go_on() or self.authmedic.metric("authmedic_deaf", log=str(log)) == 0,
                   60, lambda: f"{log} is heard\n{self.authmedic.output()}")
        assert self.authmedic.log_status(log)["deaf"] is None

    def check_told(self, *expected):
        """These messages came, each once and in this order: type, log, reason."""
        def told():
            return [(delivery.body["type"], delivery.body["data"]["log"],
                     delivery.body["data"]["reason"]) for delivery in self.webhook.accepted()]
        wanted = [(f"authmedic.log.{kind}", str(log), reason) for kind, log, reason in expected]
        wait_until(lambda: len(told()) >= len(wanted), 30, lambda: f"{wanted}; {told()}")
        assert told() == wanted


def apache_scene(rig, realm, keytab, **changes):
    apache = rig.apache(realm, keytab, start=False)
    apache.change(**changes)
    apache.start()
    return apache, rig.crowd(realm, 1)


def test_written_elsewhere(rig, realm, keytab):
    """The log lies there and the server goes on writing, to another file: only the other log of the
    site shows that."""
    apache, crowd = apache_scene(rig, realm, keytab)
    log = apache.authmedic_log
    logs = [{"path": log.path, "format": "apache-authmedic"},
            {"path": apache.combined_log.path, "format": "apache-combined"},
            {"path": apache.error_log.path, "format": "apache-error"}]
    watched = Watched(rig, apache_site(apache, logs=logs, evidence="voters"))

    def go_on():
        assert crowd.get(apache.url) == {200}

    seconds = set()  # of authmedicd's clock, in which both logs grew: their rhythm is known then
    wait_until(lambda: go_on() or seconds.add(watched.authmedic.status()["now"][:19])
               or len(seconds) > 12, 60, "a rhythm")
    apache.change(authmedic_log=Log(rig.path("elsewhere.log")))
    watched.wait_deaf(log, "silent", go_on)
    assert watched.authmedic.metric("authmedic_deaf") == 1, "the other logs are heard"
    watched.authmedic.restart()
    watched.wait_deaf(log, "silent")
    apache.change(authmedic_log=log)
    watched.wait_heard(log, go_on)
    watched.check_told(("deaf", log, "silent"), ("deaf-ended", log, "silent"))


def test_format_changed(rig, realm, keytab):
    """The server's administrator chose another format."""
    apache, crowd = apache_scene(rig, realm, keytab)
    log = apache.authmedic_log
    watched = Watched(rig, apache_site(apache, evidence="voters"))

    def go_on():
        assert crowd.get(apache.url) == {200}

    go_on()
    apache.change(authmedic_format='"{%h was told %>s}"')
    watched.wait_deaf(log, "not-understood", go_on)
    apache.change(authmedic_format="authmedic")
    watched.wait_heard(log, go_on)
    watched.check_told(("deaf", log, "not-understood"), ("deaf-ended", log, "not-understood"))


def test_only_errors(rig, realm, keytab):
    """The server logs only what failed: people get in, and nobody can see it."""
    only_errors = 'authmedic "expr=%{REQUEST_STATUS} -ge 400"'
    apache, crowd = apache_scene(rig, realm, keytab, authmedic_format=only_errors)
    log = apache.authmedic_log
    watched = Watched(rig, apache_site(apache, evidence="voters"))

    def go_on():
        assert crowd.get(apache.url) == {200}

    watched.wait_deaf(log, "only-errors", go_on)
    apache.change(authmedic_format="authmedic")
    watched.wait_heard(log, go_on)
    watched.check_told(("deaf", log, "only-errors"), ("deaf-ended", log, "only-errors"))


def test_probe_unseen(rig, realm, keytab, probe_keytab):
    """Squid answers our probe, and the file that was configured stays as it is: a stale one, whose
    place the right one then takes."""
    squid = rig.squid(realm, keytab)
    stale = rig.path("stale.log")
    with open(stale, "w", encoding="ascii"):
        pass
    site = squid_site(squid, probe_keytab, logs=[{"path": stale, "format": "squid-combined"}],
                      probe={"every": "1s"})
    watched = Watched(rig, site, realm=realm)
    watched.wait_deaf(stale, "probe-unseen")
    os.link(squid.authmedic_log.path, stale + ".new")
    os.rename(stale + ".new", stale)
    watched.wait_heard(stale)
    watched.check_told(("deaf", stale, "probe-unseen"), ("deaf-ended", stale, "probe-unseen"))


@pytest.mark.parametrize("how", ["inotify_add_watch:error=ENOSPC", "inotify_init1:error=EMFILE"])
def test_unwatched(rig, how):
    """The system's watches are used up: lines are read all the same, and the next try ends it."""
    writer = rig.log_writer()
    writer.write(10)
    watched = Watched(rig, log_site(writer), wrapper=strace(how + ":when=1..4"))
    watched.wait_deaf(writer.path, "unwatched", writer.write)
    watched.wait_heard(writer.path, writer.write)
    wait_until(lambda: watched.authmedic.lines_committed(writer.path) == writer.lines, 20,
               "all lines are counted")
    watched.check_told(("deaf", writer.path, "unwatched"), ("deaf-ended", writer.path, "unwatched"))
