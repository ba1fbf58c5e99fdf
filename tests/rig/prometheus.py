"""A real Prometheus that scrapes the daemon, and promtool."""

import json
import os
import urllib.parse
import urllib.request

from .process import Process, need_program, run
from .wait import free_port, wait_until

CONF = """\
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: [{rules}]
{alerting}scrape_configs:
- job_name: authmedic
  static_configs: [{{targets: ['{target}']}}]
"""


ALERTING = """\
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}
"""


def fetch(url, headers=None, deadline_s=10):
    """GET without a proxy; the body as text. OSError where there is no good answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers=headers or {})
    with opener.open(request, timeout=deadline_s) as answer:
        return answer.read().decode()


def check_metrics(text):
    """`promtool check metrics`; what it complains of, "" where it finds nothing."""
    done = run([need_program("promtool", "prometheus"), "check", "metrics"], text=text, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def check_rules(path):
    """The same for a file with alerting rules."""
    done = run([need_program("promtool", "prometheus"), "check", "rules", path], check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


class Prometheus:
    """Scrapes `target` (ADDRESS:PORT) each second. `alertmanager` is where alerts go (ADDRESS:PORT)."""

    def __init__(self, directory, target, rules=(), alertmanager=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self._process = None
        self._program = need_program("prometheus", "prometheus")
        self._conf = os.path.join(directory, "prometheus.yml")
        with open(self._conf, "w", encoding="utf-8") as output:
            alerting = ALERTING.format(target=alertmanager) if alertmanager else ""
            output.write(CONF.format(target=target, rules=", ".join(rules), alerting=alerting))

    def start(self):
        """Start it and wait until it is ready; self."""
        self._process = Process(
            [self._program, f"--config.file={self._conf}",
             f"--storage.tsdb.path={self.directory}/data",
             f"--web.listen-address=127.0.0.1:{self.port}",
             "--storage.tsdb.retention.time=1h", "--log.level=warn"],
            os.path.join(self.directory, "prometheus.out"))
        self._process.wait_ready(lambda: fetch(f"http://127.0.0.1:{self.port}/-/ready"), 60,
                                 "Prometheus is ready")
        return self

    def stop(self):
        """Stop it, where it runs."""
        if self._process is not None:
            self._process.kill()  # its own shutdown takes seconds, and nothing of it is kept
            self._process = None

    def query(self, expression):
        """Evaluate PromQL now; a list of (labels, value)."""
        query = urllib.parse.urlencode({"query": expression})
        answer = json.loads(fetch(f"http://127.0.0.1:{self.port}/api/v1/query?{query}"))
        assert answer["status"] == "success", answer
        return [(sample["metric"], float(sample["value"][1]))
                for sample in answer["data"]["result"]]

    def wait_for(self, expression, deadline_s=30):
        """Wait until the expression gives something; the list of (labels, value)."""
        return wait_until(lambda: self.query(expression), deadline_s,
                          f"Prometheus has something for {expression}")

    def wait_scraped(self):
        """Wait until the target has been scraped."""
        self.wait_for('up{job="authmedic"} == 1')
