"""Shows that the page of a running authmedicd follows what happens: without a new load, with what
was opened still open, quiet in a hidden tab, and honest when authmedicd is gone."""

import time
import urllib.error

import pytest

from rig import config, wait_until

VOTERS = 12
LINE = ('10.0.{voter}.1 - {user} [{stamp}] "GET /private/ HTTP/1.1" {status} 381 "-" "browser"'
        ' scheme={scheme} conn=40{voter}\n')
QUICK = {"warm_up": "0s", "confirm_over": "100ms", "hold_off": "0s"}
FOLLOWS = "This page follows by itself."


class Watched:
    """A site of which only the log is known, its page in a browser, and people who sign in."""

    def __init__(self, rig):
        self.path = rig.path("access.log")
        with open(self.path, "wb"):
            pass
        site = {"name": "intranet", "evidence": "voters", "server": "apache",
                "logs": [{"path": self.path, "format": "apache-authmedic"}]}
        self.authmedic = rig.authmedic(config(site, mode="observe", detect={"window": "1h"},
                                              safety=QUICK))
        self.url = f"http://{self.authmedic.address}/"
        self.page = rig.browser().open(self.url)

    def sign_in(self, status, voters=VOTERS):
        """A challenge and its answer for each voter, now."""
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime())
        with open(self.path, "a", encoding="ascii") as log:
            for voter in range(voters):
                log.write(LINE.format(voter=voter, stamp=stamp, user="-", status=401, scheme="none"))
                log.write(LINE.format(voter=voter, stamp=stamp, status=status,
                                      scheme="negotiate-kerberos",
                                      user=f"user{voter}" if status == 200 else "-"))

    def wait_read(self, text, deadline_s=30):
        """Wait until the page says that by itself; its own time goes faster than ours."""
        def is_read():
            self.page.pass_time(5000)
            return text in self.page.text()
        wait_until(is_read, deadline_s,
                   lambda: f"{text!r} in the page, which says:\n{self.page.text()}")


@pytest.fixture(name="watched")
def fixture_watched(rig):
    return Watched(rig)


def test_it_follows(watched):
    """People get in, then they do not: the open page says so, keeps what is open, and never loads
    anything but itself; in the end it tells the incident that is over."""
    page = watched.page
    page.evaluate("window.mine = document.querySelector('details[id^=logs]'); mine.open = true")
    for _ in range(3):
        watched.sign_in(200)
    watched.wait_read("0 of 12 known-good voters are turned away")
    for _ in range(3):
        watched.sign_in(401, VOTERS - 2)
    watched.wait_read("Sign-in fails")
    watched.wait_read("No remedy of ours cures this.")
    watched.wait_read("10 of 12 known-good voters are turned away, since ")
    assert "authmedic: 1 of 1 sites needs attention" == page.evaluate("document.title")
    assert page.evaluate("mine.isConnected && mine.open")
    for _ in range(3):
        watched.sign_in(200)
    watched.wait_read("Last incident")
    watched.wait_read("authmedic: all is well")
    assert page.evaluate("mine.isConnected && mine.open")
    assert FOLLOWS in page.text()
    assert not page.complaints
    assert set(page.requests) == {watched.url}


def test_it_says_when_nobody_answers(watched):
    """authmedicd ends: the page says as of when it is, and goes on when authmedicd is back."""
    watched.wait_read(FOLLOWS)
    watched.authmedic.stop()
    watched.wait_read("authmedicd does not answer. What you see is as of ")
    assert watched.page.evaluate("document.title").startswith("No answer: ")
    assert watched.page.evaluate("document.getElementById('live').getAttribute('role')") == "status"
    watched.authmedic.start()
    watched.wait_read(FOLLOWS)
    watched.wait_read("authmedic: all is well")  # ready again
    assert watched.page.evaluate("document.title") == "authmedic: all is well"


def test_hidden_tab(watched):
    """A tab that nobody looks at asks for nothing, for as long as it may be; once seen it asks at
    once."""
    page = watched.page
    page.evaluate("""window.asked = 0;
        const really = window.fetch;
        window.fetch = (...all) => { window.asked++; return really(...all); };
        Object.defineProperty(document, 'hidden', {get: () => !window.seen, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')); true""")
    before = page.evaluate("window.asked")
    page.pass_time(600_000)
    assert page.evaluate("window.asked") == before
    page.evaluate("""window.seen = true;
        document.dispatchEvent(new Event('visibilitychange')); true""")
    assert page.evaluate("window.asked") == before + 1
    page.pass_time(600_000)
    assert page.evaluate("window.asked") > before + 1


def status_of(watched, path):
    """The HTTP status of an answer."""
    try:
        watched.authmedic.fetch(path)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def test_page_of_one_site(watched):
    """Each site has a page of its own, by its number; there are no others."""
    assert "<h2 id=\"name-0\">intranet</h2>" in watched.authmedic.fetch("/sites/1")
    for path in ("/sites/0", "/sites/2", "/sites/-1", "/sites/1x", "/sites/%31",
                 "/sites/18446744073709551617", "/sites/"):
        assert status_of(watched, path) == 404, path
