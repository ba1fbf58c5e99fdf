"""axe-core, which looks for what keeps people out of a page: fetched with npm, pinned."""

import json
import os
import subprocess

import pytest

from .process import need_program

PACKAGE = "axe-core@4.10.2"
RUN = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa',
                                      'best-practice']})
         .then(results => JSON.stringify(results.violations.map(violation => ({
             rule: violation.id, where: violation.nodes.map(node => node.html)}))))"""


class Axe:
    """The program, in a folder of its own. Skips by name where it cannot be had."""

    def __init__(self, directory):
        os.makedirs(directory, exist_ok=True)
        npm = need_program("npm", "npm")
        done = subprocess.run(
            [npm, "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts",
             "--prefix", directory, PACKAGE],
            capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "HOME": directory})
        if done.returncode != 0:
            pytest.skip(f"needs {PACKAGE} from npm: {done.stderr.strip().splitlines()[-1:]}")
        path = os.path.join(directory, "node_modules", "axe-core", "axe.min.js")
        with open(path, encoding="utf-8") as program:
            self._program = program.read()

    def violations(self, page):
        """What it finds in the page as it is now."""
        page.evaluate(self._program + "; true")
        return json.loads(page.evaluate(RUN))
