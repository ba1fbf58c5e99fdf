"""run-tests counts what automake and pytest report, fails where they failed, and always ends with its line."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

JUNIT = ('<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="{errors}" '
         'failures="{failures}" skipped="{skipped}" tests="{tests}" time="1"></testsuite></testsuites>')


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)


@pytest.fixture(name="tree")
def make_tree(tmp_path):
    """A project whose builds and tests are played by small scripts."""
    shutil.copy(ROOT / "run-tests", tmp_path)
    (tmp_path / "tests/scenario").mkdir(parents=True)
    (tmp_path / "tests/scenario/test_one.py").write_text("")
    script(tmp_path / "tools/install-packages", "exit 0\n")
    script(tmp_path / "tools/build", 'mkdir -p "$1"\ntouch "$1/config.status"\n')
    return tmp_path


def play(tree, results, status=0, junit=(3, 0, 0, 1), options=()):
    """Runs run-tests with a make that leaves these results, and a pytest that leaves those."""
    trs = "".join(f":test-result: {result} a.test\\n" for result in results)
    script(tree / "bin/make", f"printf '{trs}' >build/a.trs\nexit {status}\n")
    fake = tree / "fake"
    fake.mkdir()
    tests, failures, errors, skipped = junit
    xml = JUNIT.format(tests=tests, failures=failures, errors=errors, skipped=skipped)
    code = 1 if failures + errors else 0
    (fake / "pytest.py").write_text(
        "import sys\n"
        "name = [a for a in sys.argv if a.startswith('--junitxml=')]\n"
        f"name and open(name[0].split('=')[1], 'w').write('''{xml}''')\n"
        f"__name__ == '__main__' and sys.exit({code})\n")
    environment = {**os.environ, "PATH": f"{tree / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(fake)}
    answer = subprocess.run([tree / "run-tests", *options], env=environment, capture_output=True,
                            text=True, check=False)
    return answer.returncode, answer.stdout.splitlines()[-1]


def test_sums(tree):
    """Passed, failed and skipped are summed over both kinds of results."""
    assert play(tree, ["PASS", "PASS", "XFAIL", "SKIP"]) == (0, "5 passed, 0 failed, 2 skipped")


@pytest.mark.parametrize("results, junit, line", [
    (["PASS", "FAIL"], (3, 0, 0, 0), "4 passed, 1 failed, 0 skipped"),
    (["XPASS"], (1, 0, 0, 0), "1 passed, 1 failed, 0 skipped"),
    (["ERROR"], (1, 0, 0, 0), "1 passed, 1 failed, 0 skipped"),
    (["PASS"], (3, 1, 0, 0), "3 passed, 1 failed, 0 skipped"),
    (["PASS"], (3, 0, 1, 0), "3 passed, 1 failed, 0 skipped"),
])
def test_failures(tree, results, junit, line):
    """Each kind of failure is counted once and makes the run fail."""
    failed = any(result in ("FAIL", "XPASS", "ERROR") for result in results)
    assert play(tree, results, 2 if failed else 0, junit) == (1, line)


def test_make_fails_without_results(tree):
    """A make check that dies before any test failed is a failure of its own."""
    assert play(tree, ["PASS"], status=2) == (1, "3 passed, 1 failed, 1 skipped")


def test_build_fails(tree):
    """Without a build the line is there all the same."""
    script(tree / "tools/build", "exit 1\n")
    assert play(tree, []) == (1, "0 passed, 1 failed, 0 skipped")


def test_without_cmocka(tree):
    """Unit tests that could not be built are skipped by name."""
    (tree / "tests/unit/base").mkdir(parents=True)
    (tree / "tests/unit/base/test_view.c").write_text("")
    script(tree / "tools/build", "mkdir -p \"$1\"\n"
           """echo 'S["HAVE_CMOCKA_TRUE"]="#"' >"$1/config.status"\n""")
    assert play(tree, []) == (0, "2 passed, 0 failed, 2 skipped")


def test_wrong_option(tree):
    """An unknown option is a mistake in usage, not a test run."""
    answer = subprocess.run([tree / "run-tests", "--fast"], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "usage:" in answer.stderr
