"""authmedicd under test, with its configuration, state and what it tells."""

import json
import os
import re
import shlex
import signal

from .process import Process, descendants, run
from .prometheus import fetch
from .source import SOURCE_DIRECTORY, build_directory, built_program
from .wait import free_port, wait_until

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \S+)?$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')


def parse_metrics(text):
    """Prometheus text as {(name, ((label, value), …) sorted): number}; fails on a bad line."""
    metrics = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        sample = SAMPLE.match(line)
        assert sample, f"not a sample: {line!r}"
        key = (sample[1], tuple(sorted(LABEL.findall(sample[2] or ""))))
        assert key not in metrics, f"twice: {line!r}"
        metrics[key] = float(sample[3])
    return metrics


class Authmedic:
    """The daemon, in the foreground, with files of its own.

    `config` is what the administrator would write, as a dict; folders, ports and `helper: spawn`
    are filled in where they are missing. A string is written as it is. A program to run the daemon
    under (valgrind …) may be named in $AUTHMEDIC_WRAPPER. With a realm its programs know that one only.
    """

    def __init__(self, directory, config, realm=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.config_path = os.path.join(directory, "authmedic.yml")
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._environment = realm.environment() if realm else None
        self._process = None
        self._earlier = []
        self.write_config(config)

    def write_config(self, config):
        """Write the configuration anew; a running daemon does not see it by itself."""
        if not isinstance(config, str):
            config = json.dumps(self._with_defaults(config), indent=1)  # JSON is YAML too
        new = self.config_path + ".new"
        with open(new, "w", encoding="utf-8") as output:
            output.write(config + "\n")
        os.rename(new, self.config_path)

    def _with_defaults(self, config):
        return {"helper": "spawn",
                "state_dir": os.path.join(self.directory, "state"),
                "helper_state_dir": os.path.join(self.directory, "helper-state"),
                "rules_dir": os.path.join(SOURCE_DIRECTORY, "rules"),
                "plugin_dir": os.path.join(SOURCE_DIRECTORY, "plugins"),
                "programs_dir": build_directory(),
                "http": {"listen": self.address},
                **config}

    # -- the process

    def start(self, wait_ready=True):
        """Start the daemon; unless told otherwise, wait until it says that it is ready. Self."""
        assert self._process is None
        for folder in ("state", "helper-state"):
            os.makedirs(os.path.join(self.directory, folder), mode=0o700, exist_ok=True)
        self._process = Process(
            [*shlex.split(os.environ.get("AUTHMEDIC_WRAPPER", "")), built_program("authmedicd"),
             "--config", self.config_path],
            os.path.join(self.directory, "authmedicd.out"), self._environment)
        if wait_ready:
            self._process.wait_ready(self.is_ready, 60, "authmedicd is ready")
        return self

    def stop(self):
        """Stop the daemon, where it runs, and what earlier lives left behind; its exit code."""
        for process in self._earlier:
            process.kill()
        self._earlier.clear()
        if self._process is None:
            return None
        process, self._process = self._process, None
        return process.stop()

    def kill(self):
        """kill -9, for the daemon alone: its helper, a child, must notice by itself."""
        self._process.signal(signal.SIGKILL)
        self.wait_exit()

    def restart(self):
        """Stop it and start it again."""
        code = self.stop()
        assert code == 0, f"authmedicd ended with {code}:\n{self.output()}"
        return self.start()

    def wait_exit(self, deadline_s=20):
        """Wait until it ends by itself; its exit code."""
        process, self._process = self._process, None
        self._earlier.append(process)
        return process.wait(deadline_s)

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.exit_code is None

    def helper_pids(self):
        """The ids of its authmedic-helper processes."""
        return descendants(self.pid, "authmedic-helper")

    def output(self):
        """All that the daemon has written to standard error, over all its lives."""
        with open(os.path.join(self.directory, "authmedicd.out"), encoding="utf-8",
                  errors="replace") as output:
            return output.read()

    # -- what it tells

    def fetch(self, path, headers=None):
        """GET a path of its HTTP server; the text."""
        return fetch(f"http://{self.address}{path}", headers)

    def is_ready(self):
        """True where /-/ready says so; an OSError otherwise."""
        self.fetch("/-/ready")
        return True

    def metrics(self):
        """All metrics; see parse_metrics()."""
        return parse_metrics(self.fetch("/metrics"))

    def metric(self, name, **labels):
        """The sum of the samples of that name that have these labels; None without any."""
        wanted = set(labels.items())
        found = [value for (sample, pairs), value in self.metrics().items()
                 if sample == name and wanted <= set(pairs)]
        return sum(found) if found else None

    def wait_metric(self, predicate, name, deadline_s=30, **labels):
        """Wait until predicate(value of the metric) holds; the value."""
        def holds():
            value = self.metric(name, **labels)
            return value is not None and predicate(value) and (value,)
        return wait_until(holds, deadline_s, lambda: self._scene(f"{name}{labels}"))[0]

    def status(self):
        """/api/v1/status."""
        return json.loads(self.fetch("/api/v1/status"))

    def incidents(self):
        """The list of /api/v1/incidents."""
        answer = json.loads(self.fetch("/api/v1/incidents"))
        return answer["incidents"] if isinstance(answer, dict) else answer

    def incident(self, identity):
        """/api/v1/incidents/ID."""
        return json.loads(self.fetch(f"/api/v1/incidents/{identity}"))

    def wait_incident(self, predicate, what, deadline_s=60):
        """Wait for an incident that satisfies the predicate; the incident."""
        def find():
            return next((one for one in self.incidents() if predicate(one)), None)
        return wait_until(find, deadline_s, lambda: self._scene(f"an incident: {what}"))

    def _scene(self, what):
        """What a person wants to see where a wait fails."""
        try:
            incidents = json.dumps(self.incidents(), indent=1)
        except OSError as error:
            incidents = str(error)
        return f"{what}\nincidents: {incidents}\nauthmedicd says:\n{self.output()[-6000:]}"

    # -- the command line

    def command(self, *words, check=False):
        """Run `authmedic WORDS… --config FILE`; the CompletedProcess."""
        return run([built_program("authmedic"), *words, "--config", self.config_path],
                   self._environment, check=check)
