"""inspect-worker: which processes hold the key, since when, and as whom they run."""

import os
import shutil
import time

NAME = "inspect-worker"


def inspect(plugin, **told):
    ended = plugin(NAME, "inspect", **told)
    assert (ended.status, ended.err) == (0, "")
    assert set(ended.facts) == {"worker.pid", "worker.count", "worker.start", "worker.start_newest", "worker.uid",
                                "worker.groups"}
    return ended.facts


def test_pidfile(plugin, start_cat, pidfile):
    """The process of the pidfile, its start between what stood on the clock before and after, and its identity."""
    before = time.time()
    process = start_cat()
    facts = inspect(plugin, worker_pidfile=pidfile(process.pid))
    assert facts["worker.pid"] == str(process.pid)
    assert facts["worker.count"] == "1"
    # The kernel tells hundredths of a second.
    assert before - 0.02 <= float(facts["worker.start"]) <= time.time()
    assert facts["worker.start"] == facts["worker.start_newest"]
    assert facts["worker.uid"] == str(os.geteuid())
    groups = [os.getegid(), *(group for group in os.getgroups() if group != os.getegid())]
    assert facts["worker.groups"].split() == [str(group) for group in groups]


def test_helper_below_the_server(plugin, start_cat, pidfile):
    """Squid's helper, by the name in brackets that Squid gives it, and not the server itself."""
    older = start_cat("(negotiate_kerberos_auth)")
    newer = start_cat("(negotiate_kerberos_auth)", "-")
    start_cat("something_else")
    facts = inspect(plugin, worker_pidfile=pidfile(os.getpid()), server_worker_process="negotiate_kerberos_auth")
    assert facts["worker.count"] == "2"
    assert facts["worker.pid"] in (str(older.pid), str(newer.pid))
    assert float(facts["worker.start"]) <= float(facts["worker.start_newest"])


def test_long_name(plugin, start_cat, pidfile, tmp_path):
    """The kernel cuts names down to 15 bytes; a program is found by its whole name all the same."""
    program = tmp_path / "a_rather_long_name_for_a_program"
    shutil.copy("/bin/cat", program)
    process = start_cat("other", executable=program)
    facts = inspect(plugin, worker_pidfile=pidfile(os.getpid()), server_worker_process=program.name)
    assert facts["worker.pid"] == str(process.pid)


def test_no_helper_below_the_server(plugin, start_cat, pidfile):
    """A server without such a child holds no key."""
    facts = inspect(plugin, worker_pidfile=pidfile(start_cat().pid), server_worker_process="negotiate")
    assert facts["worker.count"] == "0"
    assert facts["worker.start"] == "unknown"


def test_the_server_itself(plugin, start_cat, pidfile):
    """A pidfile may lead to the process that holds the key at once."""
    process = start_cat()
    facts = inspect(plugin, worker_pidfile=pidfile(process.pid), server_worker_process="cat")
    assert facts["worker.pid"] == str(process.pid)


def test_process_name(plugin, start_cat, tmp_path):
    """All processes of a name: how many, and the oldest of them."""
    program = tmp_path / "worker-for-test"
    shutil.copy("/bin/cat", program)
    processes = [start_cat(str(program), executable=program) for _ in range(3)]
    facts = inspect(plugin, worker_process=program.name)
    assert facts["worker.count"] == "3"
    assert int(facts["worker.pid"]) in [process.pid for process in processes]
    processes[0].kill()
    processes[0].wait()
    assert inspect(plugin, worker_process=program.name)["worker.count"] == "2"


def test_nothing_there(plugin, start, pidfile, tmp_path):
    """No pidfile, a process that has ended, or no process of the name: no worker."""
    ended = start(["true"])
    ended.wait()
    for told in ({"worker_pidfile": tmp_path / "nothing"}, {"worker_pidfile": pidfile(ended.pid)},
                 {"worker_process": "nothing-of-that-name"}):
        facts = inspect(plugin, **told)
        assert facts["worker.count"] == "0"
        assert {value for name, value in facts.items() if name != "worker.count"} == {"unknown"}
        assert plugin(NAME, "check", **told).status == 1


def test_cannot_tell(plugin, tmp_path):
    """Nonsense in the pidfile, or nothing configured, tells nothing."""
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("12 34; rm -rf /\n")
    for told in ({"worker_pidfile": nonsense}, {"worker_pidfile": tmp_path}, {}):
        assert set(inspect(plugin, **told).values()) == {"unknown"}
    assert plugin(NAME, "check").status == 2


def test_serves_as_another(plugin, start_python, pidfile, as_root):
    """A server that root started serves as the user of its children; its groups are the process's."""
    code = """
child = os.fork()
if child == 0:
    os.setgroups([4242, 4243]); os.setgid(65534); os.setuid(65534)
print(child)
"""
    process, child = start_python(code)
    assert child != "0" or process.stdout.readline()
    facts = inspect(plugin, worker_pidfile=pidfile(process.pid))
    assert facts["worker.pid"] == str(process.pid)
    assert facts["worker.uid"] == "65534"
    assert facts["worker.groups"] == "65534 4242 4243"


def test_unit(plugin, start_cat, overlaid, tmp_path):
    """A unit's main process is what systemd says it is."""
    process = start_cat()
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(f"#!/bin/sh\n[ \"$*\" = 'show --property=MainPID --value -- web.service' ] || exit 1\n"
                         f"echo {process.pid}\n")
    systemctl.chmod(0o755)
    prefix = overlaid({"/usr/bin/systemctl": systemctl})
    assert inspect(plugin, prefix=prefix, worker_unit="web.service")["worker.pid"] == str(process.pid)
    assert set(inspect(plugin, prefix=prefix, worker_unit="other").values()) == {"unknown"}
    systemctl.write_text("#!/bin/sh\necho 0\n")
    assert inspect(plugin, prefix=prefix, worker_unit="web.service")["worker.count"] == "0"
