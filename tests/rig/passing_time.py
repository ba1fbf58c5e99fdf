"""Days that go by in a moment. No test waits for a month, and no clock is turned, which tickets would not
survive: what the inspectors tell of the past of this machine is moved back instead, all that was before the
days went by, and nothing that came after."""

import os
import shutil
import time

from .source import build_directory

# In the place of an inspector: runs it, and moves the times that it tells.
INSPECTOR = """\
#!/usr/bin/python3 -IB
import re, subprocess, sys
TIME = re.compile(r"^(\\w+\\.(?:\\w+_)?(?:start|start_newest|held_since|modified|changed|started|oldest|newest|loaded_by)"
                  r"|squid\\.helpers_\\w+)=(\\d+\\.\\d+)$")

def moved(line):
    fact = TIME.match(line)
    if not fact:
        return line
    told = float(fact[2])
    days = sum(days for at, days in leaps if told < at)
    return f"{{fact[1]}}={{told - days * 86400:.3f}}"

with open({leaps!r}) as file:
    leaps = [(float(at), float(days)) for at, days in map(str.split, file)]
done = subprocess.run([{program!r}, *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
print("\\n".join(moved(line) for line in done.stdout.splitlines()))
sys.exit(done.returncode)
"""


class PassingTime:
    """`plugin_dir` goes into the configuration, and go_on(days) lets them go by."""

    def __init__(self, directory):
        self.plugin_dir = os.path.join(directory, "plugins")
        self._leaps = os.path.join(directory, "leaps")
        os.makedirs(directory)
        with open(self._leaps, "w", encoding="ascii"):
            pass
        built = os.path.join(build_directory(), "plugins")
        for name in os.listdir(built):
            program = os.path.join(built, name, name)
            if os.path.exists(program):
                self._add(name, program)

    def _add(self, name, program):
        folder = os.path.join(self.plugin_dir, name)
        os.makedirs(folder)
        path = os.path.join(folder, name)
        if not name.startswith("inspect-"):
            shutil.copy(program, path)
            return
        with open(path, "w", encoding="ascii") as output:
            output.write(INSPECTOR.format(leaps=self._leaps, program=os.path.realpath(program)))
        os.chmod(path, 0o755)

    def go_on(self, days):
        """All that was until now was so many days earlier."""
        with open(self._leaps, "a", encoding="ascii") as output:
            output.write(f"{time.time()} {days}\n")
