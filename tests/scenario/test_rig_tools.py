"""The rig's own tests: the receiver of webhooks, Prometheus, and the daemon's wrapper."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import urllib.request

import pytest

from rig import Expired, check_metrics, check_rules, free_port, parse_metrics, wait_until
from rig.http_server import HttpServer

HERE = os.path.dirname(os.path.abspath(__file__))
METRICS = """\
# HELP authmedic_build_info Which authmedic this is.
# TYPE authmedic_build_info gauge
authmedic_build_info{version="0.1.0"} 1
# HELP authmedic_log_lines_total Lines read.
# TYPE authmedic_log_lines_total counter
authmedic_log_lines_total{site="a",log="/x \\"y\\""} 42
"""
OPENED = {"type": "opened", "timestamp": "2024-01-02T03:04:05Z", "data": {}}


class Sender:
    """Signs as the daemon should."""

    def __init__(self, receiver):
        self.url = receiver.url
        with open(receiver.secret_path, encoding="ascii") as secret:
            self.key = base64.b64decode(secret.read().strip().removeprefix("whsec_"))

    def post(self, identity, body, signed_body=None, age_s=0):
        """Send a delivery; the status of the answer."""
        stamp = str(int(time.time()) - age_s)
        signed = f"{identity}.{stamp}.{body if signed_body is None else signed_body}"
        digest = hmac.new(self.key, signed.encode(), hashlib.sha256).digest()
        request = urllib.request.Request(self.url, body.encode(), {
            "webhook-id": identity, "webhook-timestamp": stamp,
            "webhook-signature": "v1,other v1," + base64.b64encode(digest).decode(),
            "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status


def test_webhook_retried(rig):
    """A refused delivery that comes again, and one that comes twice, count once."""
    receiver = rig.webhook()
    sender = Sender(receiver)
    body = json.dumps(OPENED)
    receiver.refuse(1)
    with pytest.raises(OSError, match="503"):
        sender.post("1", body)
    assert not receiver.accepted()
    assert sender.post("1", body) == 200
    assert sender.post("1", body) == 200
    delivery = receiver.wait_for(lambda content: content == OPENED, "opened")
    assert delivery.id == "1" and len(receiver.accepted()) == 1
    assert [one.status for one in receiver.deliveries] == [503, 200, 200]


@pytest.mark.parametrize("wrong, error", [
    ({"signed_body": "{}"}, "webhook-signature is wrong"),
    ({"age_s": 3600}, "webhook-timestamp is too far from now"),
])
def test_webhook_signature(rig, wrong, error):
    """A delivery that a careful receiver would drop fails the test that looks at it."""
    receiver = rig.webhook()
    Sender(receiver).post("1", json.dumps(OPENED), **wrong)
    assert receiver.deliveries[-1].error == error
    with pytest.raises(AssertionError, match=error):
        receiver.accepted()


def test_prometheus(rig):
    """A real Prometheus scrapes and answers; promtool finds what is wrong."""
    def answer(*_):
        return 200, {"Content-Type": "text/plain; version=0.0.4"}, METRICS.encode()

    exporter = HttpServer(answer)
    try:
        prometheus = rig.prometheus(f"127.0.0.1:{exporter.port}")
        prometheus.wait_scraped()
        [(labels, value)] = prometheus.wait_for("authmedic_log_lines_total")
        assert (labels["log"], value) == ('/x "y"', 42)
        assert not prometheus.query("authmedic_no_such_thing")
    finally:
        exporter.stop()
    assert check_metrics(METRICS) == ""
    assert "no help text" in check_metrics("authmedic_lines_total 1\n")
    rules = rig.path("rules.yml")
    with open(rules, "w", encoding="ascii") as output:
        output.write("groups: [{name: a, rules: [{alert: A, expr: 'up =='}]}]\n")
    assert "parse error" in check_rules(rules)


def test_parse_metrics():
    """Samples are found by name and labels; a line that is none fails."""
    metrics = parse_metrics(METRICS)
    assert metrics[("authmedic_build_info", (("version", "0.1.0"),))] == 1
    assert metrics[("authmedic_log_lines_total", (("log", '/x \\"y\\"'), ("site", "a")))] == 42
    for bad in ("authmedic lines 1 2 3", 'a{b="c"} 1\na{b="c"} 2'):
        with pytest.raises(AssertionError):
            parse_metrics(bad)


def test_wait_until_names_what_is_missing():
    """A condition that never holds says what was waited for."""
    with pytest.raises(Expired, match="pigs fly"):
        wait_until(lambda: False, 0.01, "pigs fly")


def test_ports_are_reserved():
    """No port is given out twice, here or to another test process."""
    ours = {free_port() for _ in range(200)}
    assert len(ours) == 200
    code = ("import rig.wait\n"
            f"rig.wait.PORTS = {sorted(ours)}\n"
            "rig.wait.free_port()\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=os.path.join(HERE, ".."),
                          capture_output=True, encoding="utf-8", check=False)
    assert done.returncode != 0 and "no free port found" in done.stderr
