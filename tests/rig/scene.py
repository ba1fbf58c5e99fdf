"""What most scenarios begin with: a server, people who use it, authmedic that watches it, and
somebody who is told."""

import os

from .log import Log
from .sites import (apache_site, config, credential_site, memory_site, mounted_site, nginx_site, notify,
                    squid_site, tomcat_site)
from .wait import wait_until

CROWD = 6  # more than detect.minimum_voters


class Scene:
    """A Squid (or an Apache, a Tomcat) that is well, and authmedic that knows it: the crowd has got in and
    the probe, where there is one, was accepted.

    `site` changes the site's configuration and `options` the rest. Where it is `gated`, the remedy
    waits at `gate` until it is let through. A `server` that the caller made stands in for the kind's. `daemon` goes to Rig.authmedic().
    """

    def __init__(self, rig, realm, keytab, kind="squid", *, site=None, options=None, gated=False,
                 daemon=None, server=None):
        self.realm = realm
        self.keytab = keytab
        self.server = server or getattr(rig, kind)(realm, keytab)
        self.crowd = rig.crowd(realm, CROWD)
        self.webhook = rig.webhook()
        if daemon and "user" in daemon:
            os.chown(self.webhook.secret_path, daemon["user"][0], -1)
        make_site = {"squid": squid_site, "apache": apache_site, "tomcat": tomcat_site,
                     "memory": memory_site, "mounted": mounted_site, "nginx": nginx_site,
                     "credential": credential_site}[kind]
        self.site = make_site(self.server, rig.probe_keytab(realm), **(site or {}))
        if gated:
            recycle = self.site["ladder"][0]["with"]
            self.gate = rig.gate(recycle["command"])
            recycle["command"] = self.gate.command
        self.config = config(
            self.site, **{"notify": notify(self.webhook), **(options or {})})
        self.authmedic = rig.authmedic(self.config, realm=realm, **(daemon or {}))
        assert self.get() == {200}
        self.authmedic.wait_metric(lambda voters: voters >= CROWD, "authmedic_known_good_voters")
        if "probe" in self.site:
            self.authmedic.wait_metric(lambda probes: probes >= 1, "authmedic_probes_total",
                                       result="accepted")
        assert not self.authmedic.incidents()

    @property
    def log(self):
        """The log in which the server tells of each request."""
        return Log(self.site["logs"][0]["path"])

    def get(self):
        """Each of the crowd asks for a page; the set of statuses that came."""
        return self.crowd.get(self.server.url)

    def rotate_key(self, on_disk=True):
        """The KDC has a new key and, unless told otherwise, so has the keytab on disk; people have
        new tickets, and can no longer sign in."""
        self.realm.rotate_key()
        if on_disk:
            self.realm.add_keys(self.keytab)
        self.crowd.sign_in()
        assert self.get() == {401}

    def rotate_quietly(self):
        """The KDC and the keytab on disk have a new key; people go on with the tickets they hold."""
        self.realm.rotate_key()
        self.realm.add_keys(self.keytab)

    def wait_resolved(self):
        """Wait until the incident is resolved, and return it; people go on trying meanwhile."""
        self.go_on_until(lambda: self.authmedic.events("resolved"))
        return self.incident()

    def go_on_until(self, predicate):
        """Wait until the predicate holds, while people go on asking for pages."""
        wait_until(lambda: self.get() and predicate(), 60,
                   lambda: f"authmedicd says:\n{self.authmedic.output()}")

    def incident(self):
        """The only incident."""
        [incident] = self.authmedic.incidents()
        return self.authmedic.incident(incident["id"])

    def told(self):
        """The kinds of what the webhook was told, in order."""
        return [delivery.body["type"].rpartition(".")[2] for delivery in self.webhook.accepted()]

    def check_told(self, *kinds):
        """Wait until as many messages have come; they are of these kinds, in this order. From the
        sixth of a minute on each waits 30 s for others."""
        wait_until(lambda: len(self.told()) >= len(kinds), 90, lambda: f"{kinds}; {self.told()}")
        told = self.told()
        assert told == list(kinds), f"{told}; authmedicd says:\n{self.authmedic.output()}"

    def wait_told(self, kind):
        """Wait until the webhook was told this; the message's data."""
        return self.webhook.wait_for(
            lambda body: body["type"] == f"authmedic.incident.{kind}", kind).body["data"]
