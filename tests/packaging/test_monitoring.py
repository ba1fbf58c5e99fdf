"""What is shipped for Prometheus, Alertmanager and Grafana: these programs take it, the rules fire when they
should, and every metric that it names is one of ours."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMETHEUS = ROOT / "packaging/prometheus"
RULES = PROMETHEUS / "authmedic.rules.yml"
DASHBOARD = ROOT / "packaging/grafana/authmedic.json"
# A histogram's series have endings; a rule records under a name with colons.
NAME = re.compile(r"(?<![\w:])authmedic_(\w+?)(?:_bucket|_sum|_count)?\b(?![\w:])")


def run(*words):
    """What a program says where it fails, else ""."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def needs(tool):
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is missing")


def metrics():
    """The table's names."""
    text = (ROOT / "agent/report/metrics.def").read_text(encoding="utf-8")
    return set(re.findall(r"^METRIC\((\w+),", text, re.M))


def expressions():
    """All PromQL of the dashboard."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    targets = [target for panel in dashboard["panels"] for target in panel.get("targets", [])]
    return [one["expr"] for one in targets + dashboard["annotations"]["list"]]


@needs("promtool")
def test_rules():
    """promtool takes the rules, and each of them is quiet and fires as the tests written for it say."""
    assert run("promtool", "check", "rules", RULES) == ""
    assert run("promtool", "test", "rules", PROMETHEUS / "authmedic.rules.test.yml") == ""


def test_each_alert_is_played():
    """No alert and no record is without a test that names it."""
    played = (PROMETHEUS / "authmedic.rules.test.yml").read_text(encoding="utf-8")
    names = re.findall(r"- (?:alert|record): (\S+)", RULES.read_text(encoding="utf-8"))
    assert len(names) > 20
    for name in names:
        assert re.search(rf"alertname: {name}\n +eval_time|expr: {name}\b", played), name


def test_rules_name_our_metrics():
    """The rules name no metric that authmedicd has not got."""
    named = set(NAME.findall(re.sub(r"#.*", "", RULES.read_text(encoding="utf-8"))))
    assert len(named) > 10 and named <= metrics(), named - metrics()


@needs("amtool")
def test_alertmanager_example():
    """Alertmanager takes the example."""
    assert run("amtool", "check-config", PROMETHEUS / "alertmanager.example.yml") == ""


def test_alertmanager_example_names_our_alerts():
    """The alerts that the example speaks of are those of the rules and those that authmedicd sends."""
    example = (PROMETHEUS / "alertmanager.example.yml").read_text(encoding="utf-8")
    wire = (ROOT / "agent/report/wire_alertmanager.c").read_text(encoding="utf-8")
    ours = set(re.findall(r"Authmedic\w+", RULES.read_text(encoding="utf-8") + wire))
    assert set(re.findall(r"Authmedic\w+", example)) <= ours


def test_dashboard_is_up_to_date():
    """The dashboard is what tools/grafana-dashboard makes of the metrics' table; else run it with --write."""
    made = subprocess.run([ROOT / "tools/grafana-dashboard"], capture_output=True, text=True, check=True)
    assert made.stdout == DASHBOARD.read_text(encoding="utf-8")


def test_dashboard_shows_our_metrics():
    """Every metric has a panel, and the dashboard names no other."""
    assert set(NAME.findall("\n".join(expressions()))) == metrics()


def test_dashboard_panels_do_not_overlap():
    """No two panels share a place, and each has a number of its own."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    places = [(x, y) for panel in dashboard["panels"] for grid in [panel["gridPos"]]
              for x in range(grid["x"], grid["x"] + grid["w"])
              for y in range(grid["y"], grid["y"] + grid["h"])]
    assert len(places) == len(set(places)) and max(x for x, _ in places) < 24
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


@needs("promtool")
def test_dashboard_queries(tmp_path):
    """Prometheus can parse every query of the dashboard."""
    rules = tmp_path / "queries.yml"
    queries = [expression.replace("$__rate_interval", "5m") for expression in expressions()]
    rules.write_text(json.dumps({"groups": [{"name": "queries", "rules": [
        {"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]}]}))
    assert run("promtool", "check", "rules", rules) == ""
