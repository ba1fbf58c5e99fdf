"""Shows that an administrator adds a rule by writing a file, and is told what is wrong with it."""

import os
import re

import pytest

from rig import config, log_site


@pytest.fixture(name="rules_d")
def fixture_rules_d(rig):
    """An authmedic that is not started, and its rules.d/diagnoses."""
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    folder = os.path.join(os.path.dirname(authmedic.config_path), "rules.d", "diagnoses")
    os.makedirs(folder)
    return authmedic, folder


def worked_example():
    """The rule in docs/rules.md."""
    path = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "rules.md")
    with open(path, encoding="utf-8") as page:
        [example] = re.findall(r"^```yaml\n(.*?)^```$", page.read(), re.M | re.S)
    return example


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as rule:
        rule.write(text)
    return path


def test_worked_example(rules_d):
    """The page's example is read, its own examples are run, and it is one more rule."""
    authmedic, folder = rules_d
    before = authmedic.command("rules", "test", check=True).stdout
    shipped = int(re.search(r"^diagnoses: (\d+) examples, 0 failed$", before, re.M)[1])
    write(folder, "replay-cache.yml", worked_example())
    after = authmedic.command("rules", "test", check=True).stdout
    assert f"diagnoses: {shipped + 4} examples, 0 failed" in after
    authmedic.command("check", check=True)


def test_mistakes(rules_d):
    """What is wrong is told with file, line and column: a condition that is none, a condition that
    no example needs, and a rule that takes a shipped one's cases away."""
    authmedic, folder = rules_d
    example = worked_example()
    path = write(folder, "replay-cache.yml", example.replace(">= 3", "at least 3"))
    done = authmedic.command("rules", "test")
    assert done.returncode == 78
    assert done.stderr.startswith(f"{path}:9:5: 'signals.replay-cache-unusable at least 3'")
    write(folder, "replay-cache.yml", example.replace("  - facts: {keytab.decrypts: no}\n"
                                                      "    holds: no\n", ""))
    done = authmedic.command("rules", "test")
    assert done.returncode == 1
    assert done.stderr == (f"{path}:8:5: no example in which replay-cache does not hold because of "
                           "this condition alone\n")
    write(folder, "replay-cache.yml",
          example.replace("priority: 85", "priority: 5")
          .replace("  - signals.replay-cache-unusable >= 3\n", ""))
    done = authmedic.command("rules", "test")
    assert done.returncode == 1
    assert "with these facts the diagnosis is replay-cache, not stale-handle" in done.stderr
