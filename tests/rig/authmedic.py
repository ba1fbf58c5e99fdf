"""authmedicd under test, with its configuration, state and what it tells."""

import json
import os
import re
import shlex
import signal

from .log import Log
from .process import Process, descendants, need_program, run
from .prometheus import fetch
from .source import SOURCE_DIRECTORY, build_directory, built_program
from .wait import Expired, free_port, wait_until

SAMPLE = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: \S+)?$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
LEFT_OPEN = "a handle was left open"


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
    under (valgrind …) is given as `wrapper` or in $AUTHMEDIC_WRAPPER. With a realm its programs
    know that one only. With a `user` (a user id and the ids of groups) the daemon runs as that, and
    its helper as ourselves beside it, with a socket in between.
    """

    def __init__(self, directory, config, realm=None, wrapper=None, user=None):
        os.makedirs(directory, exist_ok=True)
        self.directory = directory
        self.config_path = os.path.join(directory, "authmedic.yml")
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._environment = realm.environment() if realm else None
        self._wrapper = wrapper or shlex.split(os.environ.get("AUTHMEDIC_WRAPPER", ""))
        self._user = user
        self._process = None
        self._helper = None
        self.write_config(config)

    def run_under(self, wrapper):
        """The daemon's next starts are under this program; [] for none."""
        self._wrapper = wrapper

    def write_config(self, config):
        """Write the configuration anew; a running daemon does not see it by itself."""
        if not isinstance(config, str):
            config = json.dumps(self._with_defaults(config), indent=1)  # JSON is YAML too
        new = self.config_path + ".new"
        with open(new, "w", encoding="utf-8") as output:
            output.write(config + "\n")
        os.rename(new, self.config_path)

    def _with_defaults(self, config):
        return {"helper": self._socket() if self._user else "spawn",
                "state_dir": os.path.join(self.directory, "state"),
                "helper_state_dir": os.path.join(self.directory, "helper-state"),
                "rules_dir": os.path.join(SOURCE_DIRECTORY, "rules"),
                "plugin_dir": os.path.join(build_directory(), "plugins"),
                "programs_dir": build_directory(),
                "http": {"listen": self.address},
                **config}

    def _socket(self):
        return os.path.join(self.directory, "helper.sock")

    # -- the process

    def start(self, wait_ready=True):
        """Start the daemon; unless told otherwise, wait until it says that it is ready. Self."""
        assert self._process is None
        self.make_folders()
        wrapper = self._wrapper
        if self._user:
            self.start_helper()
            wrapper = [need_program("setpriv", "util-linux"), f"--reuid={self._user[0]}",
                       f"--regid={self._user[0]}", f"--groups={','.join(map(str, self._user[1]))}",
                       *wrapper]
        self._process = Process(
            [*wrapper, built_program("authmedicd"), "--config", self.config_path],
            os.path.join(self.directory, "authmedicd.out"), self._environment)
        if wait_ready:
            self._process.wait_ready(self.is_ready, 60, "authmedicd is ready")
        return self

    def make_folders(self):
        """What the package would have made."""
        for folder in ("state", "helper-state"):
            os.makedirs(os.path.join(self.directory, folder), mode=0o700, exist_ok=True)
        if self._user:
            os.chown(os.path.join(self.directory, "state"), self._user[0], -1)

    def start_helper(self):
        """Start the helper that has a socket of its own, where it does not run."""
        if self._helper is None:
            self._helper = Process(
                [built_program("authmedic-helper"), "--config", self.config_path,
                 "--listen", self._socket(), "--allow-uid", str(self._user[0])],
                os.path.join(self.directory, "helper.out"), self._environment)
            self._helper.wait_ready(lambda: os.path.exists(self._socket()), 20, "the helper")

    def stop_helper(self):
        """Stop it, where it runs."""
        if self._helper is not None:
            helper, self._helper = self._helper, None
            code = helper.stop()
            assert code == 0, f"authmedic-helper ended with {code}:\n{helper.output()}"

    def stop(self):
        """Stop the daemon, where it runs. Fails where it does not end well; what it started must
        end by itself, which Rig.close() looks at."""
        if self._process is not None:
            self._process.signal(signal.SIGTERM)
            code = self.wait_exit()
            assert code == 0, f"authmedicd ended with {code}:\n{self.output()}"
            assert LEFT_OPEN not in self.output(), self.output()
        self.stop_helper()

    def kill(self):
        """kill -9, for the daemon alone: its helper, a child, must notice by itself."""
        self._process.signal(signal.SIGKILL)
        self.wait_exit()

    def restart(self):
        """Stop it and start it again."""
        self.stop()
        return self.start()

    def reload(self):
        """SIGHUP: the daemon reads its configuration again."""
        self._process.signal(signal.SIGHUP)

    def wait_exit(self, deadline_s=20):
        """Wait until it ends; its exit code. It is killed where it does not."""
        process, self._process = self._process, None
        try:
            process.wait(deadline_s)
        except Expired:
            process.kill()
            raise
        process.reap()
        return process.exit_code

    @property
    def pid(self):
        return self._process.pid

    @property
    def helper_pid(self):
        """The id of the helper that has a socket of its own."""
        return self._helper.pid

    def helper_output(self):
        """All that this helper has written to standard error."""
        return self._helper.output()

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

    def events(self, kind):
        """The events of that kind in the timelines of all incidents."""
        return [event for one in self.incidents() for event in self.incident(one["id"])["timeline"]
                if event["kind"] == kind]

    def wait_event(self, kind, predicate=lambda event: True, deadline_s=60):
        """Wait for an event of that kind that satisfies the predicate; the event."""
        def find():
            return next((event for event in self.events(kind) if predicate(event)), None)
        return wait_until(find, deadline_s, lambda: self._scene(f"the event {kind}"))

    def log_status(self, path):
        """What /api/v1/status says of the log that is configured by that path."""
        return next(log for site in self.status()["sites"] for log in site["logs"]
                    if log["path"] == str(path))

    def lines_committed(self, path):
        """How many lines of that log count as read."""
        return self.log_status(path)["lines_committed"]

    def ledger(self, kind="intent"):
        """The records of that kind in the helper's ledger, each as a dict."""
        ledger = Log(os.path.join(self.directory, "helper-state", "ledger"))
        return [dict(word.split("=", 1) for word in record.split(" ")[2:])
                for record in ledger.matching(f"^\\S+ {kind} ")]

    def wait_ledger(self, kind, count=1):
        """Wait until the ledger has that many records of that kind; the records."""
        wait_until(lambda: len(self.ledger(kind)) >= count, 60, f"{count} {kind} in the ledger")
        return self.ledger(kind)

    def wait_helper(self, old):
        """Wait for a helper other than that process; its id."""
        return wait_until(lambda: set(self.helper_pids()) - {old}, 20,
                          lambda: self._scene("a new helper"))

    def _scene(self, what):
        """What a person wants to see where a wait fails."""
        try:
            incidents = json.dumps(self.incidents(), indent=1)
        except OSError as error:
            incidents = str(error)
        return f"{what}\nincidents: {incidents}\nauthmedicd says:\n{self.output()[-6000:]}"

    def revert_due(self):
        """What the timer runs where nobody else is left; the CompletedProcess."""
        return run([built_program("authmedic-helper"), "--config", self.config_path, "--revert-due"],
                   self._environment, check=False)

    # -- the command line

    def command(self, *words, text=None, check=False):
        """Run `authmedic WORDS… --config FILE`; the CompletedProcess."""
        return run([built_program("authmedic"), *words, "--config", self.config_path],
                   self._environment, text, check)

    def objects(self, *words, text=None):
        """Run `authmedic WORDS… --json`; what it prints, an object a line."""
        done = self.command(*words, "--json", text=text, check=True)
        assert not done.stderr, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]
