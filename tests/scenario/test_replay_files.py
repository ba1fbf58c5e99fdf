"""Shows that replay reads a log's generations, plain and compressed, and several logs of a site in
the order of time, that damaged files are told and never taken for whole ones, and that a log which
becomes deaf is seen in the logs alone."""

import gzip
import json
import os
import random
import resource
import select
import subprocess
import time

import pytest

from rig import apache_site, built_program, config, log_site

SEED = 401
HOUR = 3600


def write(path, content, compressed):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with (gzip.open if compressed else open)(path, "wb") as file:
        file.write(content)
    return path


def traffic(rig, realm, keytab):
    """A real log of two dozen sign-ins and refusals, as lines."""
    apache = rig.apache(realm, keytab)
    crowd = rig.crowd(realm, 4)
    for style in ("browser", "preemptive", "plain", "browser"):
        crowd.get(apache.url, style)
    realm.rotate_key()
    crowd.sign_in()
    assert crowd.get(apache.url) == {401}
    return apache, [line + "\n" for line in apache.authmedic_log.lines()]


def test_generations(rig, realm, keytab):
    """A log in one piece and the same one rotated into several, named in any order: the same to the
    byte, twice."""
    apache, lines = traffic(rig, realm, keytab)
    authmedic = rig.authmedic(config(apache_site(apache, evidence="voters")), start=False)
    whole = authmedic.command("replay", "--json", apache.authmedic_log.path, check=True).stdout
    thirds = [lines[:7], lines[7:20], lines[20:]]
    paths = [write(rig.path(f"old/authmedic.log{suffix}"), "".join(third).encode(),
                   suffix.endswith(".gz"))
             for suffix, third in zip((".2.gz", ".1", ""), thirds)]
    chance = random.Random(SEED)
    for _ in range(4):
        chance.shuffle(paths)
        assert authmedic.command("replay", "--json", *paths, check=True).stdout == whole, paths


def test_logs_in_the_order_of_time(rig, realm, keytab):
    """One log divided by its clients among two machines tells the same as the undivided one."""
    apache, lines = traffic(rig, realm, keytab)
    authmedic = rig.authmedic(config(apache_site(apache, evidence="voters")), start=False)
    clients = sorted({line.split(" ")[0] for line in lines})
    halves = [[line for line in lines if (line.split(" ")[0] in clients[::2]) == even]
              for even in (True, False)]
    assert all(halves)
    paths = [write(rig.path(f"machine{number}/authmedic.log.gz"), "".join(half).encode(), True)
             for number, half in enumerate(halves)]
    whole = authmedic.objects("replay", apache.authmedic_log.path)
    assert authmedic.objects("replay", *paths)[-1] == whole[-1]
    assert authmedic.objects("replay", *reversed(paths))[-1] == whole[-1]


@pytest.mark.parametrize("damage", ["cut", "flipped", "garbage", "trailing", "missing"])
def test_damaged(rig, damage):
    """Told with the file's name and the place, exit 1 or 69, and no summary that looks whole."""
    writer = rig.log_writer()
    content = bytearray(gzip.compress(b"".join(writer.line() for _ in range(5000))))
    if damage == "cut":
        del content[len(content) // 2:]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0x10
    elif damage == "garbage":
        content = os.urandom(5000).replace(b"\x1f\x8b", b"??")
        content = b"x" + content
    elif damage == "trailing":
        content += b"what is this?"
    path = write(rig.path("access.log.1.gz"), content, False)
    if damage == "missing":
        os.unlink(path)
    authmedic = rig.authmedic(config(log_site(writer)), start=False)
    done = authmedic.command("replay", "--json", path)
    assert done.returncode == (69 if damage == "missing" else 1), done
    assert path in done.stderr and '"summary"' not in done.stdout
    if damage != "missing":
        explain = [built_program("authmedic"), "explain"]
        with open(path, "rb") as file:
            done = subprocess.run(explain, stdin=file, capture_output=True, text=True, check=False)
        assert done.returncode == 1


def test_followed():
    """explain says of a line that comes through a pipe what it is before the next one comes."""
    line = b'10.0.0.1 - alice [01/Jan/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl"\n'
    with subprocess.Popen([built_program("authmedic"), "explain", "--json"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as explain:
        try:
            for number in (1, 2):
                explain.stdin.write(line)
                explain.stdin.flush()
                assert select.select([explain.stdout], [], [], 30)[0], f"nothing of line {number}"
                assert json.loads(explain.stdout.readline())["line"] == number
        finally:
            explain.kill()


def spike_lines():
    """Six who get in with Kerberos, and a minute later do not any more."""
    text = []
    for moment, answers in ((1_700_000_000, ("401 5", "200 5")), (1_700_000_060, ("401 5", "401 5"))):
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
        for voter in range(6):
            for answer, scheme in zip(answers, ("none", "negotiate-kerberos")):
                user = f"user{voter}" if answer.startswith("200") else "-"
                text.append(f'10.0.0.{voter} - {user} [{stamp}] "GET / HTTP/1.1" {answer} "-" "rig" scheme={scheme}\n')
    return "".join(text).encode()


def test_replay_followed(rig):
    """replay of a pipe tells of an event before the next line comes, and ends once nobody reads that any more."""
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    with subprocess.Popen([built_program("authmedic"), "replay", "/dev/stdin", "--format", "apache-authmedic",
                           "--config", authmedic.config_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as replay:
        try:
            replay.stdin.write(spike_lines())
            replay.stdin.flush()
            assert select.select([replay.stdout], [], [], 30)[0], "nothing of the spike"
            assert b": sign-in fails: " in replay.stdout.readline()
            replay.stdout.close()
            replay.stdin.write(lines_of(1_700_000_070, 1_700_004_000, 10, "10.0.0.1").replace(
                b'"rig"', b'"rig" scheme=none'))
            replay.stdin.flush()
            assert replay.wait(30) == 1 and replay.stderr.read() == b""
        finally:
            replay.kill()


def test_without_an_end(rig):
    """What could be waited for without end is refused at once, with its name; pipes that are given are read."""
    writer = rig.log_writer()
    authmedic = rig.authmedic(config(log_site(writer)), start=False)
    pipe = rig.path("pipe")
    os.mkfifo(pipe)
    for path in (pipe, "/dev/zero"):
        done = authmedic.command("replay", "--json", path)
        assert (done.returncode, done.stdout) == (69, ""), done
        assert done.stderr.startswith(f"authmedic: {path}: neither a regular file nor a pipe "), done
    text = lines_of(1_700_000_000, 1_700_000_000 + 60, 1, "10.0.0.1").decode()
    assert authmedic.objects("replay", "/dev/stdin", text=text)[-1]["lines"] == 60
    script = f"{built_program('authmedic')} replay --json --config {authmedic.config_path} <(cat)"
    done = subprocess.run(["bash", "-c", script], input=text, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["lines"] == 60


def test_bomb(rig):
    """A few compressed bytes that become very many take no more memory than others."""
    path = rig.path("access.log.1.gz")
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(300):
            file.write(bytes(1 << 20))
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b"\n")
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)

    def limit():
        resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))

    done = subprocess.run(
        [built_program("authmedic"), "replay", "--json", path, "--config", authmedic.config_path],
        capture_output=True, text=True, check=True, preexec_fn=limit)
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["lines"], summary["unparsed"]) == (1, 1)
    assert summary["bytes"] == (400 << 20) + 1


def lines_of(start, end, every, client):
    """An access log as a busy server writes it."""
    text = []
    for moment in range(start, end, every):
        stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(moment))
        text.append(f'{client} - - [{stamp}] "GET / HTTP/1.1" 200 5 "-" "rig"\n')
    return "".join(text).encode()


@pytest.mark.parametrize("form", ["auto", "apache-combined"])
def test_line_ends(rig, form):
    """However a log's lines end, they are the same lines: also where a copy made CRLF of each LF twice."""
    start = 1_700_000_000
    log = rig.log_writer("access.log")
    text = lines_of(start, start + HOUR, 5, "10.0.0.1")
    authmedic = rig.authmedic(config(log_site(log, logs=[{"path": log.path, "format": form}])), start=False)
    summaries = []
    for end in (b"\n", b"\r\n", b"\r\r\n"):
        write(log.path, text.replace(b"\n", end), False)
        summaries.append(authmedic.objects("replay")[-1])
        assert summaries[-1].pop("bytes") == os.path.getsize(log.path)
    assert summaries[0]["records"] == HOUR // 5
    assert summaries[1] == summaries[2] == summaries[0]


def test_deaf(rig):
    """Of two logs one stops for an hour, and is heard again; a quiet night in both is nothing."""
    start = 1_700_000_000
    first, second = (rig.log_writer(f"logs/{name}.log") for name in ("first", "second"))
    write(first.path, lines_of(start, start + 5 * HOUR, 5, "10.0.0.1")
          + lines_of(start + 12 * HOUR, start + 13 * HOUR, 5, "10.0.0.1"), False)
    write(second.path, lines_of(start, start + 2 * HOUR, 5, "10.0.0.2")
          + lines_of(start + 3 * HOUR, start + 5 * HOUR, 5, "10.0.0.2")
          + lines_of(start + 12 * HOUR, start + 13 * HOUR, 5, "10.0.0.2"), False)
    authmedic = rig.authmedic(config(log_site(first, second)), start=False)
    deaf, ended, summary = authmedic.objects("replay")
    assert (deaf["event"], deaf["log"], deaf["reason"]) == ("deaf", second.path, "silent")
    assert (ended["event"], ended["log"], ended["reason"]) == ("deaf-ended", second.path, "silent")
    last, next_one = start + 2 * HOUR - 5, start + 3 * HOUR
    times = [time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
             for moment in (last + 600, last + 660, next_one, next_one + 60)]
    assert times[0] <= deaf["time"][:19] <= times[1]
    assert times[2] <= ended["time"][:19] <= times[3]
    assert summary["event"] == "summary"
    once, again = (authmedic.command("replay", "--json", check=True).stdout for _ in range(2))
    assert once == again
    assert "is deaf: " in authmedic.command("replay", check=True).stdout


IIS = ("#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status\n"
       + "".join(f"2023-11-14 22:{moment // 60:02d}:{moment % 60:02d} 10.0.0.1 - GET / 200\n" for moment in range(300)))


@pytest.mark.parametrize("form, text", [("nginx-combined", IIS), ("auto", "what is this?\n" * 300),
                                        ("apache-combined", "what is this?\n" * 30)])
def test_nothing_understood(rig, form, text):
    """A log of which no line is understood is deaf, however short it is and though it tells no time; for people, too."""
    log = rig.log_writer()
    write(log.path, text.encode(), False)
    authmedic = rig.authmedic(config(log_site(log)), start=False)
    deaf, summary = authmedic.objects("replay", "--format", form)
    assert (deaf["event"], deaf["reason"], deaf["log"]) == ("deaf", "not-understood", log.path)
    assert "time" not in deaf and summary["unparsed"] == summary["lines"] == text.count("\n")
    [account] = summary["sites"]
    assert (account["deaf_times"], account["deaf_seconds"]) == (1, 0)
    told = authmedic.command("replay", "--format", form, check=True).stdout
    assert told.startswith(f"-  plain: {log.path} is deaf: its lines are not understood: "), told


def test_nothing_understood_beside_another(rig):
    """Beside one that is understood such a log is deaf from when that begins, and until the end."""
    start = 1_700_000_000
    strange, good = (rig.log_writer(f"logs/{name}.log") for name in ("strange", "good"))
    write(strange.path, b"what is this?\n" * 300, False)
    write(good.path, lines_of(start, start + HOUR, 5, "10.0.0.1"), False)
    deaf, summary = rig.authmedic(config(log_site(good, strange)), start=False).objects("replay")
    assert (deaf["event"], deaf["reason"], deaf["log"]) == ("deaf", "not-understood", strange.path)
    assert deaf["time"] == "2023-11-14T22:13:20.000Z"
    assert summary["sites"][0]["deaf_seconds"] == HOUR - 5


@pytest.mark.parametrize("before", [50, 0])
def test_not_understood_for_a_while(rig, before):
    """Lines that are not understood are told when they come, by the last time before them, or else the first behind
    them; they end when others come, however late."""
    start = 1_700_000_000
    log = rig.log_writer()
    write(log.path, lines_of(start - 2 * before, start, 2, "10.0.0.1") + b"what is this?\n" * 500
          + lines_of(start + 1500, start + 1500 + HOUR, 5, "10.0.0.1"), False)
    deaf, ended, summary = rig.authmedic(config(log_site(log)), start=False).objects("replay")
    assert [(event["event"], event["reason"]) for event in (deaf, ended)] == [
        ("deaf", "not-understood"), ("deaf-ended", "not-understood")]
    times = [time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(moment)) for moment in (start - 2, start + 1500)]
    assert [deaf["time"], ended["time"]] == (times if before else [times[1], times[1]])
    assert summary["unparsed"] == 500


@pytest.mark.parametrize("again", ["logs/access.log.1", "logs/access.log.1.gz", "logs/./access.log.1", "linked.log"])
def test_the_same_twice(rig, again):
    """A file that is given twice, under another name or compressed, is told to count twice, with both names."""
    start = 1_700_000_000
    text = lines_of(start, start + 60, 1, "10.0.0.1")
    first = write(rig.path("logs/access.log.1"), text, False)
    second = rig.path(again) if "/./" not in again else f"{os.path.dirname(first)}/./access.log.1"
    if again.endswith(".gz"):
        write(second, text, True)
    elif again == "linked.log":
        os.link(first, second)
    other = write(rig.path("logs/access.log"), lines_of(start + 60, start + 90, 1, "10.0.0.1"), False)
    authmedic = rig.authmedic(config(log_site(rig.log_writer())), start=False)
    done = authmedic.command("replay", "--json", first, other, second, check=True)
    assert json.loads(done.stdout.splitlines()[-1])["lines"] == 150
    assert done.stderr == f"authmedic: {first} and {second} seem to be the same: their lines count twice\n"
    assert authmedic.command("replay", "--json", other, first, check=True).stderr == ""


def test_a_glob(rig):
    """Of a configured glob the files are read that are logs now, all days of dated ones, and none that was rotated;
    one that means no file is told as a missing file is."""
    start = 1_700_000_000
    for name in ("access.log", "access.log.1", "day-20231114.log", "day-20231115.log"):
        write(rig.path(f"logs/{name}"), lines_of(start, start + 60, 1, "10.0.0.1"), False)
    lines = []
    for glob in ("access.log*", "day-*.log"):
        log = {"path": rig.path(f"logs/{glob}"), "format": "apache-combined"}
        lines += [rig.authmedic(config(log_site(logs=[log])), start=False).objects("replay")[-1]["lines"]]
    assert lines == [60, 120]
    log = {"path": rig.path("logs/none*.log"), "format": "apache-combined"}
    done = rig.authmedic(config(log_site(logs=[log])), start=False).command("replay", "--json")
    assert (done.returncode, done.stdout) == (69, "") and f"{log['path']}: No such file" in done.stderr, done
