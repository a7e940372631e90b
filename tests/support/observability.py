"""The files of deploy/observability as tests read them."""

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "observability"


@dataclass(frozen=True)
class Alert:
    """One alert of a rule file."""

    name: str
    severity: str
    expression: str
    runbook: str


def metrics_generator() -> ModuleType:
    """Return the script that draws docs/metrics.md: it knows every declaration."""
    spec = importlib.util.spec_from_file_location(
        "generate_metrics", ROOT / "dev" / "generate" / "metrics.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def declared_series() -> dict[str, frozenset[str]]:
    """Return what the processes and the recording rules give: each series with its labels."""
    module = metrics_generator()
    series = {name: labels for metric in module.declared() for name, labels in module.series(metric).items()}
    by_themselves = ("up", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds")
    series |= dict.fromkeys((*by_themselves, "process_max_fds", "process_start_time_seconds"), frozenset())
    return series | dict.fromkeys(recorded(), frozenset())


@cache
def documents(folder: str) -> tuple[Any, ...]:
    """Return every YAML document of a folder."""
    paths = sorted((FOLDER / folder).glob("*.yaml"))
    return tuple(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) for path in paths)


def rules() -> list[dict[str, Any]]:
    """Return every rule of every rule file."""
    return [rule for file in documents("rules") for group in file["groups"] for rule in group["rules"]]


def recorded() -> list[str]:
    """Return the names of the recording rules: sums over everything, so without labels."""
    return [rule["record"] for rule in rules() if "record" in rule]


def alerts() -> list[Alert]:
    """Return every alert."""
    return [
        Alert(rule["alert"], rule["labels"]["severity"], rule["expr"], rule["annotations"]["runbook_url"])
        for rule in rules()
        if "alert" in rule
    ]


def alert_tests() -> list[dict[str, Any]]:
    """Return every single test that promtool runs on an alert."""
    return [
        one
        for file in documents("tests")
        for test in file["tests"]
        for one in test.get("alert_rule_test", ())
    ]


def dashboard_queries() -> dict[str, str]:
    """Return every query of every dashboard, with the name of its file and panel."""
    documents = {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("dashboards/*.json")}
    return {
        target["expr"]: f"{name}: {panel['title']}"
        for name, document in documents.items()
        for panel in document["panels"]
        for target in panel.get("targets", ())
    }


def expressions() -> list[str]:
    """Return everything that is asked of Prometheus: by dashboards, alerts and recording rules."""
    return [*dashboard_queries(), *(rule["expr"] for rule in rules())]


def plain(expression: str) -> str:
    """Return an expression as Prometheus takes it: with a time in place of Grafana's variable."""
    return expression.replace("$__rate_interval", "5m")
