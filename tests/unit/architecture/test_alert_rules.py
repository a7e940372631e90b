"""Alerts name what there is, are tested both ways, and each has a page that says what to do."""

import re

import pytest

from support.observability import ROOT, Alert, alert_tests, alerts, declared_series, rules
from support.promql import named, unknown

RUNBOOKS = ROOT / "docs" / "runbooks"
HEADINGS = ["What it means", "How to see it", "What to do"]
ALERTS = sorted({alert.name: alert for alert in alerts()}.values(), key=lambda alert: alert.name)
every_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)


def test_rules_name_metrics_and_labels_that_there_are() -> None:
    series = declared_series()
    wrong = {rule["expr"]: found for rule in rules() if (found := unknown(rule["expr"], series))}
    assert not wrong


def test_a_name_that_there_is_not_is_found() -> None:
    series = {"cartload_a_total": frozenset({"x"})}
    assert unknown('sum by (x) (rate(cartload_a_total{x=~"a,b{1}",job="j"}[5m])) > 0', series) == []
    assert unknown('cartload_b{x="1"} / cartload_a_total', series) == ["cartload_b", "cartload_b{x}"]
    assert unknown('sum by (z) (cartload_a_total{y!="}"})', series) == ["cartload_a_total{y}", "by (z)"]
    assert named("up == 0 or cartload:r:ratio").selectors == (
        ("up", frozenset()),
        ("cartload:r:ratio", frozenset()),
    )


@every_alert
def test_an_alert_says_who_looks_and_is_tested_in_firing_and_in_silence(alert: Alert) -> None:
    assert alert.severity in ("page", "ticket")
    own = [test["exp_alerts"] for test in alert_tests() if test["alertname"] == alert.name]
    assert any(own), "no test in which it fires"
    assert not all(own), "no test in which it is silent"


def test_both_severities_of_an_alert_are_seen_to_fire() -> None:
    fired = {
        (test["alertname"], one["exp_labels"]["severity"])
        for test in alert_tests()
        for one in test["exp_alerts"]
    }
    assert fired == {(alert.name, alert.severity) for alert in alerts()}


@every_alert
def test_a_page_says_what_an_alert_means_and_what_to_do(alert: Alert) -> None:
    text = (ROOT / alert.runbook).read_text(encoding="utf-8")
    assert text.startswith(f"# {alert.name}\n")
    assert re.findall("^## (.*)$", text, re.M) == HEADINGS


def test_there_is_no_page_without_an_alert() -> None:
    pages = {str(page.relative_to(ROOT)) for page in RUNBOOKS.glob("*.md")}
    assert pages - {"docs/runbooks/README.md"} == {alert.runbook for alert in alerts()}


def test_the_pages_name_metrics_and_files_that_there_are() -> None:
    series = declared_series()
    names = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in series}
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"\bcartload_[a-z_]+_(?:total|seconds|records|waiting|limit|bucket)\b", text):
            assert name in series or name in names, f"{page.name}: {name}"
        for link in re.findall(r"\]\(([^)#]+)", text):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
