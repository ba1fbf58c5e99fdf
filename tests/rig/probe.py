"""authmedic-probe, run by hand."""

import subprocess
from dataclasses import dataclass

from .source import built_program


@dataclass
class ProbeRun:
    """How it ended: its exit code, the facts that it printed, and what it said otherwise."""

    exit_code: int
    facts: dict
    output: str
    errors: str

    def __getitem__(self, name):
        return self.facts.get(name)


def parse_facts(output):
    """name=value lines as a dict; fails on any other line."""
    facts = {}
    for line in output.splitlines():
        name, equals, value = line.partition("=")
        assert equals and name not in facts, f"not a fact, or one twice: {line!r}"
        assert value.isascii() and value.isprintable(), f"not printable: {line!r}"
        facts[name] = value
    return facts


def run_probe(realm, url, client_keytab, environment=(), **options):
    """Run the probe for the realm's service. Further options by name (`timeout="2s"`); None leaves
    one out, a list gives one several times. `environment` is added to the realm's. Fails where it runs long past its deadline."""
    options = {"url": url, "service": realm.service, "client_keytab": client_keytab,
               "krb5_config": realm.krb5_config, **options}
    words = [word for name, values in options.items() if values is not None
             for value in (values if isinstance(values, list) else [values])
             for word in ("--" + name.replace("_", "-"), str(value))]
    done = subprocess.run([built_program("authmedic-probe"), *words], capture_output=True,
                          encoding="utf-8", errors="replace", timeout=60,
                          env=realm.environment(**dict(environment)))
    return ProbeRun(done.returncode, parse_facts(done.stdout), done.stdout, done.stderr)
