"""Shows that a state which cannot be saved makes nobody silent: people are told of it, and of all that
happens meanwhile, and of nothing twice."""

import os

from rig import FORMATS, Scene, config, log_site, notify, wait_until
from rig.process import need_mounts


def database(authmedic):
    return os.path.join(authmedic.directory, "state", "authmedic.db")


def take_away(authmedic):
    os.rename(database(authmedic), database(authmedic) + ".away")
    wait_until(lambda: authmedic.status()["not_ready"] == "the state cannot be saved", 20, "it is seen")


def bring_back(authmedic):
    os.rename(database(authmedic) + ".away", database(authmedic))


def ids(receiver):
    return [delivery.id for delivery in receiver.taken()]


def documents(receiver, kind):
    """Those of a kind, each taken apart as the webhook's form has it."""
    return [delivery.body for delivery in receiver.taken() if delivery.body["type"].endswith("." + kind)]


def test_all_receivers(rig):
    """Each kind of receiver hears that the state cannot be saved, of a log that became deaf since, though
    it refuses the first message, and of the end of both."""
    writer = rig.log_writer()
    writer.write()
    receivers = {kind: rig.receiver(kind) for kind in FORMATS}
    authmedic = rig.authmedic(config(log_site(writer), notify=notify(*receivers.values())))
    take_away(authmedic)
    for receiver in receivers.values():
        receiver.refuse(1)
    os.rename(writer.path, writer.path + ".away")
    for receiver in receivers.values():
        wait_until(lambda one=receiver: len(ids(one)) == 2, 90, lambda one=receiver: f"{one.kind}: {one.tried()}")
    [told] = documents(receivers["webhook"], "unsaved")
    assert told["data"]["reason"] == "taken-away" and "nothing is done to any server" in told["data"]["text"]
    [alert] = [delivery.body[0] for delivery in receivers["alertmanager"].taken()
               if delivery.body[0]["labels"]["alertname"] == "AuthmedicStateUnsaved"]
    assert alert["labels"]["severity"] == "warning" and "site" not in alert["labels"]
    bring_back(authmedic)
    os.rename(writer.path + ".away", writer.path)
    for receiver in receivers.values():
        wait_until(lambda one=receiver: len(ids(one)) == 4, 90, lambda one=receiver: f"{one.kind}: {one.tried()}")
        assert len(set(ids(receiver))) == 4, receiver.kind
        first, second = receiver.tried()[:2]
        assert first.id == second.id and first.status == 503, receiver.kind
    assert len(documents(receivers["webhook"], "unsaved-ended")) == 1
    resolved = {delivery.body["dedup_key"] for delivery in receivers["pagerduty"].taken()
                if delivery.body["event_action"] == "resolve"}
    assert resolved == {delivery.body["dedup_key"] for delivery in receivers["pagerduty"].taken()}
    assert "the state is being saved again" in authmedic.output()


def test_order(rig):
    """No end overtakes a beginning that waits in the outbox: whoever takes both hears them in order."""
    writer, receiver = rig.log_writer(), rig.receiver("webhook")
    writer.write()
    receiver.refuse(1000)
    authmedic = rig.authmedic(config(log_site(writer), notify=notify(receiver)))
    os.rename(writer.path, writer.path + ".away")
    wait_until(receiver.tried, 60, "it is told")
    take_away(authmedic)
    os.rename(writer.path + ".away", writer.path)
    wait_until(lambda: "no longer deaf" in authmedic.output(), 60, "it is heard again")
    before = len(receiver.tried())
    wait_until(lambda: len(receiver.tried()) >= before + 2, 90, "it is tried again")
    assert "authmedic.log.deaf-ended" not in [delivery.body["type"] for delivery in receiver.tried()]
    receiver.refuse(0)
    receiver.wait_for(lambda body: body["type"] == "authmedic.log.deaf-ended", "so is the end")
    types = [delivery.body["type"] for delivery in receiver.taken()]
    assert types.index("authmedic.log.deaf") < types.index("authmedic.log.deaf-ended")


def test_real_alertmanager(rig):
    """A real Alertmanager fires while it lasts and no longer. A reload that finds the file gone goes on in
    a new one, and the end is told over it."""
    writer = rig.log_writer()
    writer.write()
    receiver, alertmanager = rig.receiver("webhook"), rig.alertmanager()
    targets = [{"name": "real", "type": "alertmanager", "url": alertmanager.url}, *notify(receiver)]
    authmedic = rig.authmedic(config(log_site(writer), notify=targets))
    take_away(authmedic)
    receiver.wait_for(lambda body: body["type"] == "authmedic.state.unsaved", "it is told")
    alertmanager.wait_told("AuthmedicStateUnsaved", "firing")
    authmedic.reload()
    receiver.wait_for(lambda body: body["type"] == "authmedic.state.unsaved-ended", "its end is told")
    alertmanager.wait_told("AuthmedicStateUnsaved", "resolved")
    assert len(ids(receiver)) == len(set(ids(receiver))) == 2
    assert set(alertmanager.counts().values()) == {1}, alertmanager.told


def test_incident(rig, realm, keytab):
    """Sign-in fails while nothing can be saved: people are told why, and that they are needed; nothing is
    done. Once it can be saved again the cure is applied; all of it is in the history, and nothing was
    told twice."""
    scene = Scene(rig, realm, keytab)
    helpers = scene.server.helpers()
    take_away(scene.authmedic)
    scene.rotate_key()
    assert scene.wait_told("opened")["diagnosis"] == "stale-handle"
    assert scene.wait_told("needs-person")["reason"] == "unsaved"
    assert not scene.authmedic.ledger()
    assert scene.server.helpers() == helpers
    told = scene.authmedic.status()["sites"][0]["incident"]
    for words in ["history"], ["history", told]:
        assert "what happened since is not in the history yet" in scene.authmedic.command(*words).stderr
    bring_back(scene.authmedic)
    incident = scene.wait_resolved()
    assert [event["kind"] for event in incident["timeline"] if event["kind"] != "probed"] == [
        "opened", "diagnosed", "refused", "acting", "applied", "resolved"]
    assert len(scene.authmedic.ledger()) == 1
    scene.check_told("opened", "needs-person", "acting", "resolved")


SMALL_DISK = 'mount -t tmpfs -o size=12m,mode=0700 none "$0" && exec "$@"'


class Disk:
    """A file system of its own for the state, which the daemon alone sees."""

    def __init__(self, authmedic):
        self._authmedic = authmedic
        self._state = os.path.join(authmedic.directory, "state")
        authmedic.run_under([need_mounts(), "-m", "sh", "-c", SMALL_DISK, self._state])

    def _filler(self):
        return f"/proc/{self._authmedic.pid}/root{self._state}/filler"

    def fill(self):
        """No byte is left."""
        with open(self._filler(), "wb", buffering=0) as filler:
            size = 1 << 20
            while size:
                try:
                    filler.write(bytes(size))
                except OSError:
                    size //= 2

    def empty(self):
        os.unlink(self._filler())


def news(receiver):
    """(kind, site) of all that it took, in order."""
    return [(body["type"].rpartition(".")[2], member["data"]["site"]) for body in
            (delivery.body for delivery in receiver.taken()) for member in body["data"].get("members", [body])]


def wait_waiting(authmedic, receiver, wanted):
    authmedic.wait_metric(lambda waiting: waiting == wanted, "authmedic_notification_queue_length",
                          target=receiver.name)


def test_full_disk(rig):
    """What waited in the outbox as the disk filled up is sent, before what happened since; what a receiver
    refuses meanwhile becomes a dead letter, and is not sent again; what was under way when the disk
    had room again is not sent again either. A reload that would forget all of it is refused."""
    first, second = rig.log_writer(), rig.log_writer("logs/second.log")
    first.write()
    second.write()
    late, strict = rig.receiver("webhook", name="late"), rig.receiver("webhook", name="strict")
    authmedic = rig.authmedic(config(log_site(first), log_site(second, name="second"),
                                     notify=notify(late, strict)), start=False)
    disk = Disk(authmedic)
    authmedic.start()
    wait_until(lambda: authmedic.lines_committed(second.path) == 1, 20, "all lines count")
    late.refuse(2)
    os.rename(first.path, first.path + ".away")
    wait_until(lambda: news(strict) == [("deaf", "plain")] and late.tried(), 20, "it is told")
    disk.fill()
    strict.refuse(1, 410)
    os.rename(first.path + ".away", first.path)
    os.rename(second.path, second.path + ".away")
    wait_until(lambda: authmedic.status()["not_ready"] == "the state cannot be saved", 20, "it is seen")
    authmedic.reload()
    wait_until(lambda: "the new configuration is not used" in authmedic.output(), 20, authmedic.output)
    assert ": the state cannot be saved: No space left on device; " in authmedic.output()
    assert "what happened since would be forgotten" in authmedic.output()
    wait_until(lambda: len(news(late)) == 3, 60, lambda: late.tried())
    wait_waiting(authmedic, late, 0)
    late.drip_once()
    os.rename(second.path + ".away", second.path)
    wait_until(lambda: len(news(late)) == 4, 20, lambda: late.tried())
    disk.empty()
    authmedic.wait_metric(lambda dead: dead == 1, "authmedic_notification_dead_letters", target="strict")
    [letter] = authmedic.objects("notify", "list")[0]["dead_letters"]
    assert (letter["status"], letter["attempts"]) == (410, 1)
    first.write()
    second.write()
    wait_until(lambda: authmedic.lines_committed(second.path) == second.lines, 20, "all lines count")
    for receiver in late, strict:
        wait_waiting(authmedic, receiver, 0)
        assert len(set(ids(receiver))) == len(ids(receiver)), receiver.tried()
    told = news(late)
    assert told[0] == ("deaf", "plain") and told.index(("deaf-ended", "plain")) > 0
    assert told.index(("deaf", "second")) < told.index(("deaf-ended", "second"))
    assert len(told) == 4 and len(news(strict)) == 3, (told, news(strict))
    assert "unsaved" not in [kind for kind, _ in told]
