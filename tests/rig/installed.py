"""authmedic as docs/operations.md has it installed, with its units as they are shipped."""

import os
import re
import subprocess

import pytest

from .source import SOURCE_DIRECTORY, build_directory
from .systemd import PrivateSystemd

MANUAL = os.path.join(SOURCE_DIRECTORY, "docs", "operations.md")
UNITS = "/usr/local/lib/systemd/system"
TOLD = "/run/told"  # there is no journal

# What is written to these folders is gone with the systemd, and no unit of the machine is in them.
FOLDERS = ["/etc", "/usr/local", "/var/lib"]
OVERLAYS = f"""\
for folder in {' '.join(FOLDERS)}; do
    own=/run/overlay$folder
    mkdir -p $own/upper $own/aside
    mount -t overlay overlay -o lowerdir=$folder,upperdir=$own/upper,workdir=$own/aside $folder
done
mount -t tmpfs -o mode=755 tmpfs /etc/systemd/system
mount -t tmpfs -o mode=755 tmpfs /var/log
"""

# A plugin in the place of the helper, so within all that its unit allows it.
PLUGIN = {"ExecStart": "{program} {verb}", "Type": "oneshot", "StandardOutput": "file:{output}",
          "StandardError": "inherit", "EnvironmentFile": "{environment}"}


def documented(name):
    """The commands under `<!-- tried: NAME -->` in the manual."""
    with open(MANUAL, encoding="utf-8") as manual:
        found = re.search(rf"^<!-- tried: {name} -->\n```sh\n(.*?)^```$", manual.read(), re.M | re.S)
    assert found, name
    return found[1]


class Installed:
    """A PrivateSystemd in which what the manual says may be done, as root."""

    def __init__(self, directory):
        self.systemd = PrivateSystemd(directory, OVERLAYS, f"{UNITS}:/etc/systemd/system")
        for unit in ("authmedicd", "authmedic-helper"):
            self.systemd.add_drop_in(unit, f"StandardError=append:{TOLD}")

    def start(self):
        """Boot; nothing is installed yet. Self."""
        self.systemd.start()
        for folder in FOLDERS:
            if self.shell(f"mountpoint -q {folder}", check=False)[0] != 0:
                pytest.skip(f"no overlay can be mounted over {folder} here")
        with open(os.path.join(build_directory(), "Makefile"), encoding="utf-8") as makefile:
            if "\nprefix = /usr/local\n" not in makefile.read():
                pytest.skip("built for another prefix than the manual's")
        return self

    def stop(self):
        """End it, with all that was written; the units first, whose own folders in /var/tmp go with them."""
        if self.systemd.pid is not None:
            self.shell("systemctl stop 'authmedic*'", check=False)
        self.systemd.stop()

    def shell(self, text, check=True):
        """What a shell in it prints; without `check` also its exit status, before that."""
        done = subprocess.run(self.systemd.command("/bin/bash", "-euc", text), capture_output=True, text=True,
                              timeout=120, check=False, cwd=SOURCE_DIRECTORY)
        told = done.stdout + done.stderr
        if not check:
            return done.returncode, told
        assert done.returncode == 0, f"{text}: {done.returncode}\n{told}"
        return told

    def output(self):
        """What the daemon and the helper have said."""
        return self.shell(f"cat {TOLD}")

    def do(self, name):
        """Do what the manual says under that name; what it prints."""
        text = documented(name).replace("make -C build ", f"make -s -C {build_directory()} ")
        return self.shell('sudo() { "$@"; }\n' + text)

    def write(self, path, text, mode=0o644):
        """A file in it."""
        done = subprocess.run(self.systemd.command("/bin/sh", "-c", 'mkdir -p "${0%/*}"; cat >"$0"; chmod "$1" "$0"',
                                                   path, f"{mode:o}"), input=text, text=True, check=False)
        assert done.returncode == 0, path

    def run_plugin(self, plugin, verb="apply", **environment):
        """Run a plugin as the helper's unit would; what it prints."""
        places = {"program": f"/usr/local/libexec/authmedic/plugins/{plugin}/{plugin}", "verb": verb,
                  "output": f"/run/{plugin}.out", "environment": f"/run/{plugin}.env"}
        lines = [line for line in self.shell(f"cat {UNITS}/authmedic-helper.service").splitlines()
                 if not re.match(r"(Requires|After|StateDirectory|Exec\w+|Type|Restart)=", line)]
        start = lines.index("[Service]") + 1
        lines[start:start] = [f"{key}={value.format(**places)}" for key, value in PLUGIN.items()]
        # The name's beginning gives it the drop-ins that both units of the helper have.
        self.write(f"{UNITS}/authmedic-plugin.service", "\n".join(lines) + "\n")
        self.write(places["environment"], "".join(f"AUTHMEDIC_{key}={value}\n" for key, value in {
            "CONTRACT": 1, "SITE": "web", "SERVER": "other", **environment}.items()))
        code, _ = self.shell("systemctl daemon-reload; systemctl start authmedic-plugin.service", check=False)
        told = self.shell(f"cat {places['output']}")
        assert code == 0, told
        return told
