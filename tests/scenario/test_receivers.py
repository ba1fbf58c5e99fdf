"""Shows that whatever becomes of receivers, and of authmedicd meanwhile, no message is lost, none is taken
twice, and their order is kept: the ids prove it."""

import os
import ssl
import subprocess

from rig import FORMATS, config, log_site, need_program, notify, wait_until

RETRY_AFTER_S = 15
LOGS = 3


class Watched:
    """Three logs of a site, and a receiver of each kind who is told when one is missing. A message
    is had at will by taking a log away or putting it back."""

    def __init__(self, rig):
        self.writers = [rig.log_writer(f"logs/{number}.log") for number in range(LOGS)]
        for writer in self.writers:
            writer.write()
        self.receivers = {kind: rig.receiver(kind) for kind in FORMATS}
        self.authmedic = rig.authmedic(config(
            log_site(*self.writers), notify=notify(*self.receivers.values())))

    def take_away(self, number):
        """The log is gone, and authmedicd knows."""
        path = self.writers[number].path
        os.rename(path, path + ".away")
        self.wait_deaf(path, 1)

    def put_back(self, number):
        """And is there again."""
        path = self.writers[number].path
        os.rename(path + ".away", path)
        self.wait_deaf(path, 0)

    def wait_deaf(self, path, wanted):
        self.authmedic.wait_metric(lambda deaf: deaf == wanted, "authmedic_deaf_reason",
                                   log=str(path), reason="missing")

    def wait_result(self, kind, result, count):
        self.authmedic.wait_metric(lambda number: number >= count, "authmedic_notifications_total",
                                   target=kind, result=result)

    def check_all_told(self, *expected):
        """Every receiver took these messages (type, number of the log), in this order, and none
        twice."""
        told = self.receivers["webhook"]
        wait_until(lambda: all(len(one.taken()) >= len(expected)
                               for one in self.receivers.values()), 90,
                   lambda: f"all are told; authmedicd says:\n{self.authmedic.output()}")
        ids = [delivery.id for delivery in told.taken()]
        assert len(set(ids)) == len(ids) == len(expected)
        for kind, receiver in self.receivers.items():
            assert [delivery.id for delivery in receiver.taken()] == ids, kind
        assert [(delivery.body["type"], delivery.body["data"]["log"])
                for delivery in told.taken()] == [
                    (f"authmedic.log.{kind}", self.writers[number].path)
                    for kind, number in expected]


def test_nothing_is_lost_and_nothing_repeated(rig):
    """429 with Retry-After, 500, an answer that never ends, a receiver that is gone; kill -9 and a
    new start while messages wait; then all is well again."""
    scene = Watched(rig)
    to = scene.receivers
    to["webhook"].refuse(2, 429, {"Retry-After": "1"})
    to["cloudevents"].refuse(2, 500)
    to["alertmanager"].drip_once()
    to["pagerduty"].stop()
    to["slack"].refuse(1, 429, {"Retry-After": str(RETRY_AFTER_S)})
    scene.take_away(0)
    scene.wait_result("webhook", "delivered", 1)
    scene.wait_result("cloudevents", "delivered", 1)
    scene.wait_result("alertmanager", "delivered", 1)
    scene.wait_result("pagerduty", "retried", 1)
    scene.wait_result("slack", "retried", 1)
    check_told(scene.authmedic.output())
    scene.take_away(1)
    scene.authmedic.kill()
    to["pagerduty"].start()
    scene.authmedic.start()
    scene.put_back(0)
    scene.check_all_told(("deaf", 0), ("deaf", 1), ("deaf-ended", 0))
    check_refused(to)
    for kind in FORMATS:
        scene.authmedic.wait_metric(lambda waiting: waiting == 0,
                                    "authmedic_notification_queue_length", target=kind)
        assert scene.authmedic.metric("authmedic_notifications_total", target=kind,
                                      result="dead") == 0


def check_told(output):
    """The log says of each receiver what it answered, or that it did not."""
    assert "pagerduty: a message was not delivered, for there was no answer: Couldn't connect to server" in output
    assert "webhook: a message was not taken: the receiver answered with status 429" in output
    assert "status 0" not in output


def check_refused(to):
    """What was refused came again under the same id, not before it was wanted."""
    for kind, refused in (("webhook", 2), ("cloudevents", 2), ("slack", 1)):
        tried = to[kind].tried()
        assert len({delivery.id for delivery in tried[:refused + 1]}) == 1, kind
        assert len(tried) == refused + 3
    first, again = to["slack"].tried()[:2]
    assert again.at_s - first.at_s >= RETRY_AFTER_S


def make_certificate(rig):
    """The paths of a certificate that nobody knows, and its TLS."""
    certificate = rig.path("certificate.pem")
    subprocess.run([need_program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
                    "-keyout", certificate, "-out", certificate + ".crt"], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate + ".crt", certificate)
    return certificate + ".crt", tls


def test_a_stranger_with_a_certificate_of_its_own(rig):
    """Where the receiver's certificate is not trusted nothing is said and the message waits, for
    every kind; once it is, each message comes once."""
    certificate, tls = make_certificate(rig)
    receivers = {kind: rig.receiver(kind, tls=tls) for kind in FORMATS}
    writer = rig.log_writer()
    writer.write()
    settings = config(log_site(writer), notify=notify(*receivers.values()))
    authmedic = rig.authmedic(settings)
    os.unlink(writer.path)
    for kind, receiver in receivers.items():
        authmedic.wait_metric(lambda count: count >= 1, "authmedic_notifications_total",
                              target=kind, result="retried")
        assert not receiver.deliveries
        assert authmedic.metric("authmedic_notification_queue_length", target=kind) == 1
        assert receiver.url not in authmedic.output()
    for target in settings["notify"]:
        target["ca_file"] = certificate
    authmedic.write_config(settings)
    authmedic.reload()
    wait_until(lambda: all(receiver.taken() for receiver in receivers.values()), 120,
               lambda: f"all are told; authmedicd says:\n{authmedic.output()}")
    assert len({delivery.id for receiver in receivers.values() for delivery in receiver.tried()}) == 1
    assert all(len(receiver.tried()) == 1 for receiver in receivers.values())
