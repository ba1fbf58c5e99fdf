"""Shows that the age at which this site's handles fail is learned from those that failed, told before the next
one does, kept over a restart and a crash, and taken for what it is when that one fails."""

import re

from rig import wait_until
from test_diagnoses import OPTIONS, handle_scene

DAY = 86400
SLACK = 120  # seconds: what a test takes
EXPECTED = "authmedic_expected_failure_timestamp_seconds"
SAFETY = {**OPTIONS["safety"], "actions_per_hour": 10, "actions_per_day": 10, "cool_down": "0s"}


def is_expected(made, days, times):
    """Whether the metric, the status, the page and the command say that the present worker is expected to fail
    at that age, and from how many failures that is known."""
    start = made.authmedic.metric("authmedic_worker_start_time_seconds")
    expected = made.authmedic.metric(EXPECTED)
    if not start or not expected or not 0 <= expected - start - days * DAY < SLACK:
        return False
    [site] = made.authmedic.status()["sites"]
    why = f"as {times} time{'s'[:times - 1]} before<" if times else "as configured<"
    [figure] = re.findall("failure expected.*?/small>", made.authmedic.fetch("/"), re.S)
    words = made.authmedic.command("status").stdout
    reason = f"learned from {times} failure{'s'[:times - 1]}" if times else "the age that is configured"
    return (site["handle"]["learned_from"] == times and why in figure
            and re.search(f" handle (good for|past its time by) [^;]*, {reason};", words, re.M))


def wait_expected(made, days, times):
    """Wait until that is said everywhere."""
    wait_until(lambda: is_expected(made, days, times), 30, lambda: "\n".join([
        made.authmedic.output(), made.authmedic.command("status").stdout,
        *re.findall("failure expected.*?/small>", made.authmedic.fetch("/"), re.S)]))


def fail(made, number):
    """People renew their tickets, and nobody gets in; until it was cured, for the time `number`. The names that
    this incident had."""
    made.crowd.sign_in()
    assert made.get() == {401}
    made.go_on_until(lambda: len(made.authmedic.events("resolved")) == number)
    newest = max(made.authmedic.incidents(), key=lambda one: one["opened"])
    return [event["data"]["reason"] for event in made.authmedic.incident(newest["id"])["timeline"]
            if event["kind"] == "diagnosed"]


def test_learned(rig, realm, keytab):
    """Two handles failed at 20 and 24 days, so the third is expected to at 20, not at 30; it does at 21, with
    nothing on disk that is newer, and is an aged handle by then."""
    made, passing = handle_scene(rig, realm, keytab, safety=SAFETY)
    wait_expected(made, 30, 0)
    passing.go_on(days=20)
    realm.rotate_key()
    realm.add_keys(keytab)
    assert fail(made, 1)[-1] == "stale-handle"
    wait_expected(made, 20, 1)
    passing.go_on(days=24)
    realm.rotate_key()
    realm.add_keys(keytab)
    password = realm.stage_key(keytab)
    assert fail(made, 2)[-1] == "stale-handle"
    wait_expected(made, 20, 2)
    made.authmedic.restart()
    wait_expected(made, 20, 2)
    made.authmedic.kill()
    made.authmedic.start()
    wait_expected(made, 20, 2)
    passing.go_on(days=21)
    realm.use_staged_key(password)
    assert fail(made, 3) == ["aged-handle"], made.authmedic.output()
    wait_expected(made, 21, 3)
