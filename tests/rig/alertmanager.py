"""A real Alertmanager, and what it tells of the alerts that it was sent."""

import collections
import json
import os
import urllib.parse

from .http_server import HttpServer
from .process import Process, need_program
from .prometheus import fetch
from .wait import free_port, wait_until

CONF = """\
route: {{receiver: hook, group_by: ['...'], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}}
receivers:
- name: hook
  webhook_configs: [{{url: 'http://127.0.0.1:{port}/', send_resolved: true}}]
"""


class Alertmanager:
    """Tells of each alert by itself. `told` is what it told: (alertname, status, labels)."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.told = []
        self._process = None
        self._program = need_program("prometheus-alertmanager", "prometheus-alertmanager")
        self._hook = HttpServer(self._answer)

    def _answer(self, _method, _path, _headers, body):
        for alert in json.loads(body)["alerts"]:
            self.told.append((alert["labels"]["alertname"], alert["status"], alert["labels"]))
        return 200, {}, b""

    def start(self):
        """Start it and wait until it is ready; self."""
        conf = os.path.join(self.directory, "alertmanager.yml")
        with open(conf, "w", encoding="utf-8") as output:
            output.write(CONF.format(port=self._hook.port))
        self._process = Process(
            [self._program, f"--config.file={conf}", f"--storage.path={self.directory}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="],
            os.path.join(self.directory, "alertmanager.out"))
        self._process.wait_ready(lambda: fetch(f"{self.url}/-/ready"), 60, "Alertmanager is ready")
        return self

    def stop(self):
        """Stop it, where it runs."""
        if self._process is not None:
            self._process.kill()  # its own shutdown takes seconds, and nothing of it is kept
            self._process = None
        self._hook.stop()

    def alerts(self, name):
        """The active alerts of that name, as its API has them."""
        query = urllib.parse.urlencode({"filter": f'alertname="{name}"'})
        return json.loads(fetch(f"{self.url}/api/v2/alerts?{query}"))

    def counts(self):
        """How often it told of what: {(alertname, status): number}."""
        return collections.Counter((name, status) for name, status, _ in self.told)

    def wait_told(self, name, status, deadline_s=30):
        """Wait until it told that; the alert's labels."""
        def find():
            return next((labels for one, what, labels in self.told
                         if (one, what) == (name, status)), None)
        return wait_until(find, deadline_s, lambda: f"{name} is {status}; told: {self.told}")
