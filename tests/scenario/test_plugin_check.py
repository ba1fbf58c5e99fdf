"""Shows what `authmedic plugin check` says of plugins: of our own, of the examples of docs/plugins.md, and of bad ones."""

import json
import os
import re
import shutil

import pytest

from rig import SOURCE_DIRECTORY, build_directory, built_program
from rig.process import run

CHECKS = ["path", "describe", "unknown-verb", "missing-keys", "facts", "timeout", "closed-output", "signal"]
GOOD = """#!/bin/sh
case $1 in
describe) cat <<END
api: 1
name: tried
kind: inspector
title: one that is good
with: {}
END
;;
check) ;;
inspect) echo tried.fact=yes ;;
*) exit 2 ;;
esac
"""
# It has left the group of its parent before that ends.
LEAVES = "setsid sh -c 'touch FLAG; exec tail -f /dev/null' >/dev/null 2>&1 & while [ ! -e FLAG ]; do :; done"
REMEDY = GOOD.replace("inspector", "remedy\nreversible: no\ndisruption: none").replace(
    "with: {}", "with:\n  file: {type: path, required: true, title: a file}")


@pytest.fixture(name="rig")
def fixture_rig(rig_of_root):
    return rig_of_root


def install(rig, text, name="tried"):
    """The text as the program NAME/NAME; its path."""
    path = rig.path(f"{name}/{name}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as program:
        program.write(text)
    os.chmod(path, 0o755)
    return path


def check(path):
    """The exit status, and why not for each check that was not passed."""
    done = run([built_program("authmedic"), "plugin", "check", path, "--json"], check=False, deadline_s=120)
    told = json.loads(done.stdout)
    assert told["passed"] == (done.returncode == 0)
    return done.returncode, {one["name"]: one["why"] for one in told["checks"] if not one["passed"]}


@pytest.mark.parametrize("name", sorted(os.listdir(os.path.join(SOURCE_DIRECTORY, "plugins"))))
def test_our_own(rig, name):
    """Each plugin that we ship keeps the contract."""
    built = f"{build_directory()}/plugins/{name}/{name}"
    if not os.path.exists(built):
        pytest.skip("no plugin")
    os.makedirs(rig.path(name))
    shutil.copy(built, rig.path(f"{name}/{name}"))
    assert check(rig.path(name)) == (0, {})


def test_tells_people(rig):
    """Each check on a line; the folder may be named as well as the program."""
    path = install(rig, GOOD)
    for named in (path, os.path.dirname(path), os.path.dirname(path) + "/"):
        done = run([built_program("authmedic"), "plugin", "check", named])
        assert [line.split() for line in done.stdout.splitlines()] == [[name, "ok"] for name in CHECKS]
    assert check(install(rig, REMEDY.replace("check) ;;", "check) exit 2 ;;"))) == (0, {})


@pytest.mark.parametrize("change, failed, why", [
    (("api: 1", "api: 2"), "describe", "api: 1"),
    (("name: tried", "name: other"), "describe", "name is not tried"),
    (("kind: inspector", "kind: thing"), "describe", "neither inspector nor remedy"),
    (("title: one that is good\n", ""), "describe", "lacks title"),
    (("with: {}", "with: {a: {type: text}}"), "describe", "lacks type, required or title"),
    (("api: 1", "api: 1\napi: 1"), "describe", "describe:2:1"),
    (("describe) cat", "describe) exit 1; cat"), "describe", "ends with 1"),
    (("*) exit 2", "*) exit 0"), "unknown-verb", "not 2"),
    (("echo tried.fact=yes", "echo no fact"), "facts", "no facts"),
    (("echo tried.fact=yes", "exit 1"), "facts", "not 0"),
    (("echo tried.fact=yes", "yes tried.fact=x | head -c 100000"), "facts", "64 KiB"),
    (("echo tried.fact=yes", LEAVES), "facts", "leaves a process"),
    (("check) ;;", f"check) {LEAVES} ;;"), "missing-keys", "leaves a process"),
    (("check) ;;", "check) trap '' TERM; tail -f /dev/null ;;"), "missing-keys", "did not end"),
    (("check) ;;", "check) kill -SEGV $$ ;;"), None, None),
    (("describe) cat", "describe) echo >/dev/stdout || kill -SEGV $$; cat"), "closed-output", "a signal"),
])
def test_bad_ones(rig, change, failed, why):
    """Each fault is found by the check that looks for it, and said."""
    assert change[0] in GOOD
    status, told = check(install(rig, GOOD.replace(*change).replace("FLAG", rig.path("flag"))))
    if failed is None:
        assert status == 0, "an inspector's check may fail, where no key is required"
    else:
        assert status == 1 and why in told[failed], told


def test_missing_keys(rig):
    """A remedy that is content without a key that it needs."""
    status, told = check(install(rig, REMEDY))
    assert status == 1 and "without the required keys" in told["missing-keys"]


def test_who_may_change_it(rig):
    """What the helper would not run is refused, with the reason."""
    path = install(rig, GOOD)
    for mode, why in ((0o644, "may not be executed"), (0o777, "others")):
        os.chmod(path, mode)
        assert why in check(path)[1]["path"]
    os.chmod(path, 0o755)
    os.chown(path, 65534, 65534)
    assert "belongs to" in check(path)[1]["path"]
    os.chown(path, 0, 0)
    os.rename(path, rig.path("real"))
    os.symlink(rig.path("real"), path)
    assert "link" in check(path)[1]["path"]
    shutil.copy(rig.path("real"), rig.path("tried/other"))
    assert "folder's name" in check(rig.path("tried/other"))[1]["path"]
    assert "nothing" in check("/nothing/there")[1]["path"]
    for words in (["plugin"], ["plugin", "check"], ["plugin", "run", path], ["plugin", "check", path, path]):
        assert run([built_program("authmedic"), *words], check=False).returncode == 2


def example(language):
    with open(os.path.join(SOURCE_DIRECTORY, "docs", "plugins.md"), encoding="utf-8") as page:
        return re.search(rf"^```{language}\n(.*?)^```$", page.read(), re.M | re.S)[1]


def test_examples(rig):
    """The worked examples of docs/plugins.md, in shell and in C, keep the contract and do what the page says."""
    assert check(install(rig, example("sh"), "touch-reload")) == (0, {})
    path = rig.path("inspect-space/inspect-space")
    os.makedirs(os.path.dirname(path))
    run(["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", "-x", "c", "-o", path, "-"], text=example("c"))
    os.chmod(path, 0o755)
    assert check(path) == (0, {})
    told = run([path, "inspect"], {"AUTHMEDIC_KEYTAB": "/etc/passwd"}).stdout
    assert re.fullmatch(r"space\.free_percent=\d+\n", told)
    assert run([path, "inspect"], {}).stdout == "space.free_percent=unknown\n"
