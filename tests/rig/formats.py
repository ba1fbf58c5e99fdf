"""What a careful receiver of each kind demands of a message, by the public descriptions: Standard Webhooks,
CloudEvents 1.0, Alertmanager's API v2, PagerDuty's Events v2, Slack's incoming webhooks.

Each check takes (headers, body, content, key), where `body` is the bytes and `content` the JSON in
them, and gives what is wrong, "" where nothing."""

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass
from typing import Callable

TOLERANCE_S = 300
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
MAX_EVENT_BYTES = 64 * 1024


def first(*complaints):
    """The first of the complaints (condition, what is wrong) whose condition holds, else ""."""
    return next((words for wrong, words in complaints if wrong), "")


def is_time(value):
    return isinstance(value, str) and RFC3339.fullmatch(value) is not None


def is_text(value):
    return isinstance(value, str) and value != ""


def check_signature(headers, body, key):
    """Standard Webhooks: who signs shows that it knows the key, and when it did so."""
    identity = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not identity or not timestamp.isdigit():
        return "webhook-id or webhook-timestamp is missing"
    digest = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return first(
        (abs(time.time() - int(timestamp)) > TOLERANCE_S, "webhook-timestamp is too far from now"),
        (expected not in headers.get("webhook-signature", "").split(" "),
         "webhook-signature is wrong"))


def check_webhook(headers, body, content, key):
    return check_signature(headers, body, key) or first(
        (not isinstance(content, dict), "no object"),
        (not is_text(content.get("type")), "type is missing"),
        (not is_time(content.get("timestamp")), "timestamp is no time"),
        (not isinstance(content.get("data"), dict), "data is missing"))


def check_cloudevent(headers, body, content, key):
    if not isinstance(content, dict):
        return "no object"
    missing = [name for name in ("id", "source", "specversion", "type")
               if not is_text(content.get(name))]
    names = [name for name in content if not re.fullmatch("[a-z0-9]{1,20}", name)]
    return check_signature(headers, body, key) or first(
        (missing, f"required attributes are missing: {missing}"),
        (names, f"no names of attributes: {names}"),
        (content.get("specversion") != "1.0", "specversion is not 1.0"),
        (re.search(r"[^\w/.:~!$&'()*+,;=@%?#-]", content.get("source", "")), "source is no URI"),
        ("time" in content and not is_time(content["time"]), "time is no time"),
        (len(body) > MAX_EVENT_BYTES, "longer than 64 KiB"))


def check_alert(alert):
    labels, annotations = alert.get("labels"), alert.get("annotations", {})
    if not isinstance(labels, dict) or not labels or not isinstance(annotations, dict):
        return "at least one label pair required"
    pairs = [*labels.items(), *annotations.items()]
    times = [alert[name] for name in ("startsAt", "endsAt") if name in alert]
    return first(
        (not is_text(labels.get("alertname")), "no alertname"),
        ([name for name, _ in pairs if not LABEL.fullmatch(name)], "no name of a label"),
        ([name for name, value in pairs if not isinstance(value, str)], "a value is no text"),
        (not times or not all(map(is_time, times)), "no time"),
        (set(alert) - {"labels", "annotations", "startsAt", "endsAt", "generatorURL"},
         "an unknown field"))


def check_alerts(_headers, _body, content, _key):
    if not isinstance(content, list) or not content:
        return "no array of alerts"
    return next(filter(None, map(check_alert, content)), "")


def check_pagerduty(_headers, _body, content, key):
    if not isinstance(content, dict):
        return "no object"
    payload, action = content.get("payload", {}), content.get("event_action")
    missing = [name for name in ("summary", "source") if not is_text(payload.get(name))]
    return first(
        (content.get("routing_key") != key.decode(), "routing_key is wrong"),
        (action not in ("trigger", "acknowledge", "resolve"), "no event_action"),
        (not is_text(content.get("dedup_key")), "dedup_key is missing"),
        (len(content.get("dedup_key", "")) > 255, "dedup_key is too long"),
        (missing, f"missing: {missing}"),
        (len(payload.get("summary", "")) > 1024, "summary is too long"),
        (payload.get("severity") not in ("critical", "error", "warning", "info"), "severity"),
        ("timestamp" in payload and not is_time(payload["timestamp"]), "timestamp is no time"))


def check_slack(_headers, _body, content, _key):
    if not isinstance(content, dict):
        return "no object"
    blocks = content.get("blocks", [])
    texts = [block.get("text", {}) for block in blocks if block.get("type") == "section"]
    return first(
        (not is_text(content.get("text")), "no_text"),
        (not isinstance(blocks, list) or len(blocks) > 50, "invalid_blocks"),
        (len(texts) != len(blocks), "a block of a kind that we do not send"),
        ([text for text in texts if text.get("type") not in ("mrkdwn", "plain_text")],
         "invalid_blocks: type"),
        ([text for text in texts if not 1 <= len(text.get("text", "")) <= 3000],
         "invalid_blocks: length"))


@dataclass(frozen=True)
class Format:
    """A kind of receiver: where it listens, what it demands, how it says yes."""

    path: str
    content_type: str
    check: Callable
    url_path: str = ""  # what the configuration's URL has of the path
    status: int = 200
    secret: str = "none"  # sign: signs; key: stands in the body; url: the URL itself


FORMATS = {
    "webhook": Format("/hook", "application/json", check_webhook, "/hook", secret="sign"),
    "cloudevents": Format("/events", "application/cloudevents+json", check_cloudevent, "/events",
                          202, "sign"),
    "alertmanager": Format("/api/v2/alerts", "application/json", check_alerts),
    "pagerduty": Format("/v2/enqueue", "application/json", check_pagerduty, "", 202, "key"),
    "slack": Format("/services/T0/B0/x", "application/json", check_slack, "/services/T0/B0/x",
                    secret="url"),
}
