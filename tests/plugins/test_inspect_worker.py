"""inspect-worker: which processes hold the key, since when, and as whom they run."""

import contextlib
import os
import shutil
import signal
import time

NAME = "inspect-worker"
NAMES = ["pid", "count", "start", "start_newest", "held_since", "started_by", "uid", "gid", "user", "groups",
         "groups_now", "groups_match", "mounts", "unit", "children"]


def inspect(plugin, **told):
    ended = plugin(NAME, "inspect", **told)
    assert (ended.status, ended.err) == (0, "")
    assert {f"worker.{name}" for name in NAMES} <= set(ended.facts)
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
    assert facts["worker.gid"] == str(os.getegid())
    groups = sorted({os.getegid(), *os.getgroups()})
    assert facts["worker.groups"].split() == [str(group) for group in groups]
    assert facts["worker.children"] == "0" and "worker.old_children" not in facts


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
reading, writing = os.pipe()
if os.fork() == 0:
    os.setgroups([4242, 4243]); os.setgid(65534); os.setuid(65534)
    os.write(writing, b"x")
else:
    os.read(reading, 1)
    print("up")
"""
    process, _ = start_python(code)
    facts = inspect(plugin, worker_pidfile=pidfile(process.pid))
    assert facts["worker.pid"] == str(process.pid)
    assert facts["worker.uid"] == "65534"
    assert facts["worker.groups"] == "4242 4243 65534"


def test_groups_of_today(plugin, start_python, pidfile, overlaid, tmp_path, as_root):
    """The user was put into another group since: the process does not have it, a restart would."""
    groups = tmp_path / "group"
    groups.write_text("root:x:0:\nnogroup:x:65534:\nkeys:x:4242:nobody\n")
    process, _ = start_python("os.setgroups([]); os.setgid(65534); os.setuid(65534); print('up')",
                              prefix=overlaid({"/etc/group": groups}))
    worker = pidfile(process.pid)
    facts = inspect(plugin, worker_pidfile=worker, prefix=overlaid({"/etc/group": groups}))
    assert (facts["worker.user"], facts["worker.groups"]) == ("nobody", "65534")
    assert (facts["worker.groups_now"], facts["worker.groups_match"]) == ("4242 65534", "no")
    groups.write_text("root:x:0:\nnogroup:x:65534:\nkeys:x:4242:\n")
    facts = inspect(plugin, worker_pidfile=worker, prefix=overlaid({"/etc/group": groups}))
    assert (facts["worker.groups_now"], facts["worker.groups_match"]) == ("65534", "yes")


def test_user_without_a_name(plugin, start_python, pidfile, as_root):
    """A user that no database knows has no groups of today."""
    process, _ = start_python("os.setgroups([4242]); os.setgid(4343); os.setuid(4343); print('up')")
    facts = inspect(plugin, worker_pidfile=pidfile(process.pid))
    assert (facts["worker.uid"], facts["worker.groups"]) == ("4343", "4242 4343")
    assert facts["worker.user"] == facts["worker.groups_now"] == facts["worker.groups_match"] == "unknown"


def test_memory_of_a_parent(plugin, start_python, pidfile, as_root):
    """A forked child holds what its parent held since the parent's start; a program of its own begins anew."""
    code = """
import time
child = os.fork()
if child == 0:
    time.sleep(60); os._exit(0)
reading, writing = os.pipe()
grandchild = os.fork()
if grandchild == 0:
    os.execv("/bin/sleep", ["sleep", "60"])
os.close(writing)
os.read(reading, 1)  # ends when the program is there
print(child, grandchild)
"""
    parent, line = start_python(code)
    child, grandchild = line.split()
    try:
        ours = inspect(plugin, worker_pidfile=pidfile(parent.pid))
        assert ours["worker.started_by"] == "exec" and ours["worker.held_since"] == ours["worker.start"]
        forked = inspect(plugin, worker_pidfile=pidfile(child))
        assert forked["worker.started_by"] == "fork"
        assert abs(float(forked["worker.held_since"]) - float(ours["worker.start"])) < 0.02
        fresh = inspect(plugin, worker_pidfile=pidfile(grandchild))
        assert fresh["worker.started_by"] == "exec"
        assert abs(float(fresh["worker.held_since"]) - float(fresh["worker.start"])) < 0.02
    finally:
        for process in (child, grandchild):
            os.kill(int(process), signal.SIGKILL)


def test_mounts(plugin, start, start_cat, pidfile, overlaid, tmp_path):
    """Whether it sees the mounts that the host's first process sees."""
    own = first = os.readlink("/proc/self/ns/mnt")
    with contextlib.suppress(PermissionError):
        first = os.readlink("/proc/1/ns/mnt")
    facts = inspect(plugin, worker_pidfile=pidfile(start_cat().pid))
    assert facts["worker.mounts"] == ("shared" if own == first else "own")
    file = tmp_path / "file"
    file.write_text("")
    process = start([*overlaid({file: file}), "sh", "-c", "echo up; exec cat"])
    assert process.stdout.readline() == "up\n"
    assert inspect(plugin, worker_pidfile=pidfile(process.pid))["worker.mounts"] == "own"


GENERATIONS = """
import time
def serve(pipes):
    child = os.fork()
    if child == 0:
        for other in set(range(3, 30)) - set(pipes):
            try: os.close(other)
            except OSError: pass
        time.sleep(60); os._exit(0)
    return child
old = os.pipe(); first = serve(old); os.close(old[0]); os.close(old[1])
new = os.pipe(); second = serve(new)
print(first, second)
"""


def test_generations(plugin, start_python, pidfile):
    """After a reload a child of the earlier generation shares no pipe with its parent any more."""
    parent, line = start_python(GENERATIONS)
    children = line.split()
    try:
        facts = inspect(plugin, worker_pidfile=pidfile(parent.pid))
        assert (facts["worker.children"], facts["worker.old_children"]) == ("2", "1")
        assert float(facts["worker.children_oldest"]) <= float(facts["worker.children_newest"])
    finally:
        for child in children:
            os.kill(int(child), signal.SIGKILL)


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


def test_children_without_pipes(plugin, start_python, pidfile):
    """Where nothing ties children to their parent, generations are not to be told."""
    parent, child = start_python("""
import time
child = os.fork()
if child == 0:
    time.sleep(60); os._exit(0)
print(child)
""")
    try:
        facts = inspect(plugin, worker_pidfile=pidfile(parent.pid))
        assert (facts["worker.children"], facts["worker.old_children"]) == ("1", "unknown")
    finally:
        os.kill(int(child), signal.SIGKILL)
