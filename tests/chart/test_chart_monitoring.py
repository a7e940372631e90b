"""The chart carries the alerts and dashboards of deploy/observability, and its targets fit them."""

import json
from pathlib import Path
from typing import Any

import yaml

from support.helm_chart import CHART, NAME, of_kind, profiles, rendered

OBSERVABILITY = CHART.parents[1] / "observability"
PREFIX = "https://example.org/cartload/blob/main/"


def groups(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text.replace("runbook_url: docs/", f"runbook_url: {PREFIX}docs/"))["groups"]


def test_every_rule_is_there_with_a_link_to_its_runbook() -> None:
    made = of_kind(rendered(*profiles("observability")), "PrometheusRule")
    expected = {f"{NAME}-{path.stem}": groups(path) for path in (OBSERVABILITY / "rules").glob("*.yaml")}
    assert expected
    assert {name: rule["spec"]["groups"] for name, rule in made.items()} == expected


def test_every_dashboard_is_there_as_grafana_finds_it() -> None:
    maps = of_kind(rendered(*profiles("observability")), "ConfigMap").values()
    found = [each for each in maps if each["metadata"]["labels"].get("grafana_dashboard") == "1"]
    made = {file: json.loads(text) for each in found for file, text in each["data"].items()}
    sources = (OBSERVABILITY / "dashboards").glob("*.json")
    expected = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sources}
    assert expected
    assert made == expected


def test_targets_have_the_labels_that_the_rules_look_for() -> None:
    objects = rendered(*profiles("observability"))
    (monitor,) = of_kind(objects, "PodMonitor").values()
    label = monitor["spec"]["jobLabel"]
    deployments = of_kind(objects, "Deployment").values()
    assert {each["spec"]["template"]["metadata"]["labels"][label] for each in deployments} == {"cartload"}
    for endpoint in monitor["spec"]["podMetricsEndpoints"]:
        assert {"sourceLabels": ["__meta_kubernetes_pod_name"], "targetLabel": "instance"} in endpoint[
            "relabelings"
        ]


def test_metrics_are_asked_for_where_they_are_and_only_by_prometheus() -> None:
    objects = rendered(*profiles("observability"))
    (monitor,) = of_kind(objects, "PodMonitor").values()
    asked = {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]}
    policies = of_kind(objects, "NetworkPolicy")
    for name, deployment in of_kind(objects, "Deployment").items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        # The public port of the gateway serves none.
        (metrics,) = ports & {"metrics"} or ports & {"http"}
        assert metrics in asked, name
        opened = [
            rule["ports"]
            for rule in policies[name]["spec"]["ingress"]
            if "namespaceSelector" in str(rule.get("from"))
        ]
        assert opened == [[{"port": metrics}]], name
