"""Draw deploy/observability/rules/slo.yaml: the two objectives, their error ratios and their alerts.

The windows and factors are those of the SRE workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts": a
burn rate of 1 uses the budget of 30 days up in 30 days. Each alert needs a long window, so that a short
trouble is no alarm, and a short one, so that the alarm ends soon after the trouble.
"""

from dataclasses import dataclass
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / "deploy" / "observability" / "rules" / "slo.yaml"

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
BURNS = {
    "page": ((14.4, "1h", "5m"), (6, "6h", "30m")),
    "ticket": ((3, "1d", "2h"), (1, "3d", "6h")),
}
"""Severity to burn rates, each with its long and its short window."""

LEAST_BAD = 5
"""Fewer bad events than this in the long window are no alarm, however few good ones there were."""


@dataclass(frozen=True)
class Objective:
    """What share of events is to be good; `bad` and `all` are queries with `$w` for the window."""

    name: str
    alert: str
    runbook: str
    budget: str
    bad: str
    all: str
    summary: str


_REQUESTS = "cartload_http_request_duration_seconds_count"
_API = 'service="gateway",route!~"/health/.*"'

OBJECTIVES = (
    Objective(
        name="api_errors",
        alert="CartloadApiErrorBudgetBurn",
        runbook="api-errors",
        budget="0.001",
        bad=f'sum(rate({_REQUESTS}{{{_API},status=~"5.."}}[$w]))',
        all=f"sum(rate({_REQUESTS}{{{_API}}}[$w]))",
        summary="Too many requests are answered with an error of ours (objective: 99.9 % are not).",
    ),
    Objective(
        name="slow_job_starts",
        alert="CartloadJobStartBudgetBurn",
        runbook="job-starts",
        budget="0.05",
        # The count without a bucket's label, so that both sides have the same (empty) labels.
        bad="(sum(rate(cartload_job_start_seconds_count[$w]))"
        ' - sum(rate(cartload_job_start_seconds_bucket{le="10.0"}[$w])))',
        all="sum(rate(cartload_job_start_seconds_count[$w]))",
        summary="Too many jobs begin later than 10 s after their request (objective: 95 % do not).",
    ),
)

HEAD = """# Drawn by dev/generate/slo_rules.py (`make generate`); docs/observability.md gives the reasons.
groups:
"""


def text() -> str:
    """Return the whole file."""
    return HEAD + "".join(_records(one) + _alerts(one) for one in OBJECTIVES)


def _records(one: Objective) -> str:
    rules = "".join(
        f"      - record: cartload:{one.name}:ratio_rate{window}\n"
        f"        expr: >-\n"
        f"          {one.bad.replace('$w', window)}\n"
        f"          / {one.all.replace('$w', window)}\n"
        for window in WINDOWS
    )
    return f"  - name: cartload.slo.{one.name}\n    interval: 30s\n    rules:\n{rules}"


def _alerts(one: Objective) -> str:
    return "".join(_alert(one, severity) for severity in BURNS)


def _alert(one: Objective, severity: str) -> str:
    conditions = "\n          or\n".join(_condition(one, *burn) for burn in BURNS[severity])
    return (
        f"      - alert: {one.alert}\n"
        f"        expr: |-\n{conditions}\n"
        f"        labels: {{severity: {severity}}}\n"
        f"        annotations:\n"
        f"          summary: '{one.summary}'\n"
        f"          runbook_url: docs/runbooks/{one.runbook}.md\n"
    )


def _condition(one: Objective, factor: float, long: str, short: str) -> str:
    ratio = f"cartload:{one.name}:ratio_rate"
    enough = f"{one.bad.replace('rate(', 'increase(').replace('$w', long)} >= {LEAST_BAD}"
    return (
        f"          (\n"
        f"            {ratio}{long} > {factor:g} * {one.budget}\n"
        f"            and {ratio}{short} > {factor:g} * {one.budget}\n"
        f"            and {enough}\n"
        f"          )"
    )


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
