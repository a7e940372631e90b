"""Dashboards name what there is, and can be read."""

import json
from typing import Any

import pytest

from support.observability import FOLDER, dashboard_queries, declared_series, metrics_generator
from support.promql import named, unknown

FILES = sorted(FOLDER.glob("dashboards/*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def dashboard(request: pytest.FixtureRequest) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return document


def test_the_four_dashboards_are_there() -> None:
    assert [path.stem for path in FILES] == ["dependencies", "jobs", "overview", "pipeline"]


def test_queries_name_metrics_and_labels_that_there_are() -> None:
    series = declared_series()
    wrong = {
        where: found for query, where in dashboard_queries().items() if (found := unknown(query, series))
    }
    assert not wrong


def test_every_metric_is_on_a_dashboard_or_known_not_to_be() -> None:
    """A metric that nobody looks at costs as much as any other."""
    shown = {name for query in dashboard_queries() for name, _ in named(query).selectors}
    module = metrics_generator()
    missing = {module._name(one) for one in module.declared() if not shown & module.series(one).keys()}
    assert missing == {
        "cartload_auth_exchanges_total",
        "cartload_auth_refreshes_total",
        "cartload_auth_removed_rows_total",
        "cartload_gateway_refused_total",
        "cartload_generator_commands_total",
        "cartload_generator_results_total",
        "cartload_generator_results_waiting",
        "cartload_generator_states_published_total",
        "cartload_http_refused_total",
        "cartload_http_unexpected_errors_total",
        "cartload_notifier_closed_total",
        "cartload_notifier_events_total",
        "cartload_notifier_resubscribed_total",
        "cartload_worker_engines_built_total",
        "cartload_writer_rows_read_total",
    }


def test_panels_lie_side_by_side(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))


def test_a_legend_uses_labels_that_its_query_keeps(dashboard: dict[str, Any]) -> None:
    for target in (target for panel in dashboard["panels"] for target in panel.get("targets", ())):
        used = {part.split("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
        assert used <= named(target["expr"]).grouping | {"instance"}, target["expr"]
