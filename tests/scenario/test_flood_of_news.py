"""Shows that when much happens at once its receivers get few messages that tell all of it, and that what a receiver
never took is kept, shown, and sent again when a person asks for it."""

import json
import os

from rig import FORMATS, config, log_site, notify, wait_until

SITES = 12
GROUPING = ["webhook", "cloudevents", "alertmanager", "slack"]


def many_sites(rig):
    """A log for each of many sites, and the sites."""
    writers = [rig.log_writer(f"logs/{number}.log") for number in range(SITES)]
    for writer in writers:
        writer.write()
    return writers, [log_site(writer, name=f"site{number}")
                     for number, writer in enumerate(writers)]


def wait_deaf(authmedic, wanted):
    for number in range(SITES):
        authmedic.wait_metric(lambda deaf: deaf == wanted, "authmedic_deaf_reason",
                              site=f"site{number}", reason="missing")


def members(receiver):
    """(kind, site) of all that the receiver was told, message for message."""
    told = []
    for delivery in receiver.taken():
        document = delivery.body
        kind = document["type"].rpartition(".")[2]
        data = document["data"]
        told.append([(kind, member["data"]["site"]) for member in data["members"]]
                    if "members" in data else [(kind, data["site"])])
    return told


def test_many_sites_at_once(rig):
    """Twelve sites fail at once, and recover at once: each receiver gets few messages, which name every
    site once each way, the end never before the beginning, also where a receiver refuses the first,
    and authmedicd is killed meanwhile. PagerDuty closes each trouble by itself and is told of each."""
    writers, sites = many_sites(rig)
    receivers = {kind: rig.receiver(kind) for kind in FORMATS}
    authmedic = rig.authmedic(config(*sites, notify=notify(*receivers.values())))
    receivers["webhook"].refuse(2, 500)
    for writer in writers:
        os.rename(writer.path, writer.path + ".away")
    wait_deaf(authmedic, 1)
    authmedic.wait_metric(lambda count: count >= 1, "authmedic_notifications_total",
                          target="webhook", result="retried")
    authmedic.kill()
    authmedic.start()
    for writer in writers:
        os.rename(writer.path + ".away", writer.path)
    wait_deaf(authmedic, 0)
    wait_until(lambda: sum(map(len, members(receivers["webhook"]))) >= 2 * SITES, 60,
               lambda: f"all is told: {members(receivers['webhook'])}")
    for kind in FORMATS:
        authmedic.wait_metric(lambda waiting: waiting == 0,
                              "authmedic_notification_queue_length", deadline_s=90, target=kind)
    told = members(receivers["webhook"])
    flat = [one for message in told for one in message]
    assert len(told) <= 6, told
    assert sorted(flat) == sorted((kind, f"site{number}") for number in range(SITES)
                                  for kind in ("deaf", "deaf-ended"))
    for number in range(SITES):
        assert flat.index(("deaf", f"site{number}")) < flat.index(("deaf-ended", f"site{number}"))
    refused = receivers["webhook"].tried()[:3]
    assert len({delivery.id for delivery in refused}) == 1
    assert len({json.dumps(delivery.body) for delivery in refused}) == 1
    for kind in GROUPING:
        ids = [delivery.id for delivery in receivers[kind].taken()]
        assert len(set(ids)) == len(ids) <= 6, kind
    assert len({alert["labels"]["site"] for delivery in receivers["alertmanager"].taken()
                for alert in delivery.body}) == SITES
    assert len(receivers["pagerduty"].taken()) == 2 * SITES
    assert "the line to the helper broke" not in authmedic.output()


def test_dead_letters(rig):
    """What a receiver refuses for good is given up and kept over a restart, is told by status, metric
    and `notify list`, and goes out again by the same id when a person asks."""
    writer = rig.log_writer()
    writer.write()
    receiver = rig.receiver("webhook")
    authmedic = rig.authmedic(config(log_site(writer), notify=notify(receiver)))
    receiver.refuse(1, 410)
    os.rename(writer.path, writer.path + ".away")
    wait_dead(authmedic, 1)
    authmedic.stop()
    authmedic.start()
    wait_dead(authmedic, 1)
    assert authmedic.status()["notify"] == [
        {"name": "webhook", "type": "webhook", "waiting": 0, "dead": 1}]
    [listed] = authmedic.objects("notify", "list")
    [letter] = listed["dead_letters"]
    assert (letter["target"], letter["status"], letter["attempts"]) == ("webhook", 410, 1)
    text = authmedic.command("notify", "list", check=True).stdout
    assert "1 given up: authmedic notify again webhook" in text and "(status 410)" in text
    assert "webhook: 1 given up" in authmedic.command("status", check=True).stdout
    assert authmedic.command("notify", "again", "nobody").returncode == 2
    done = authmedic.command("notify", "again", "webhook", check=True)
    assert done.stdout.startswith("webhook: 1 messages are sent again")
    receiver.wait_for(lambda body: body["type"] == "authmedic.log.deaf", "it comes again")
    wait_dead(authmedic, 0)
    assert [delivery.id for delivery in receiver.tried()] == [letter["id"]] * 2
    assert authmedic.objects("notify", "again", "webhook") == [{"target": "webhook", "again": 0}]


def wait_dead(authmedic, wanted):
    authmedic.wait_metric(lambda dead: dead == wanted, "authmedic_notification_dead_letters",
                          target="webhook")
