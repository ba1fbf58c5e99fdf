"""A remedy that counts its runs, and ends others or itself in the middle of one where a test wants it."""

import os

from .log import Log
from .process import remove

# Whoever is to be ended is looked at first: a helper that died left us to somebody else.
SCRIPT = """\
#!/bin/sh
[ "$1" = apply ] || exit 2
parent_of() {{ sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null; }}
end() {{ # NAME PID: of that name alone
    case "$(cat "/proc/$2/comm" 2>/dev/null)" in
    "$1"*) echo "$1" >>{kills}; kill -9 "$2" ;;
    esac
}}
reach() {{ # PLACE
    read -r place victims 2>/dev/null <{plan} || return 0
    [ "$place" = "$1" ] || return 0
    rm -f {plan}
    for victim in $victims; do
        case $victim in
        daemon) end authmedicd "$daemon" ;;
        helper) end authmedic-help "$helper" ;;
        remedy) echo remedy >>{kills}; kill -9 $$ ;;
        esac
    done
}}
helper=$PPID
daemon=$(parent_of "$helper")
reach begun
echo "$AUTHMEDIC_ACTION_ID" >>{runs}
reach written
sync {runs} # nobody shall say that it was not
reach synced
echo applied
reach over
"""

PLACES = ["begun", "written", "synced", "over"]
VICTIMS = ["daemon", "helper", "remedy"]


class DeadlyRemedy:
    """`name` in a folder of plugins, which is a rig's own."""

    def __init__(self, directory, plugins, name="recycle"):
        os.makedirs(directory)
        self._plan = os.path.join(directory, "plan")
        self._runs = Log(os.path.join(directory, "runs"))
        self._kills = Log(os.path.join(directory, "kills"))
        program = os.path.join(plugins, name, name)
        os.makedirs(os.path.dirname(program), exist_ok=True)
        with open(program + ".new", "w", encoding="ascii") as output:
            output.write(SCRIPT.format(plan=self._plan, runs=self._runs, kills=self._kills))
        os.chmod(program + ".new", 0o755)
        os.rename(program + ".new", program)

    def plan(self, place, victims):
        """At that place of the next run these are ended, in this order; itself comes last."""
        with open(self._plan + ".new", "w", encoding="ascii") as output:
            output.write(" ".join([place, *sorted(victims, key=lambda one: one == "remedy")]) + "\n")
        os.rename(self._plan + ".new", self._plan)

    def spare(self):
        """Nobody is ended."""
        remove(self._plan)

    def runs(self):
        """The action's id of each run that got as far as to leave it."""
        return self._runs.lines()

    def kills(self):
        """How many were ended."""
        return len(self._kills.lines())
