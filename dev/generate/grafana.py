"""Grafana's JSON model of a dashboard, made from panels and their queries: it is long, and says little."""

from dataclasses import dataclass, field
from typing import Any

_COLUMNS = 3
_WIDTH, _HEIGHT = 8, 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Panel:
    """One diagram. `queries`: PromQL to the legend of its lines."""

    title: str
    unit: str
    queries: dict[str, str]
    description: str = ""


@dataclass(frozen=True)
class Dashboard:
    """One page: its file's name, and rows of panels by their headings."""

    name: str
    title: str
    rows: dict[str, list[Panel]] = field(default_factory=dict)


def document(dashboard: Dashboard) -> dict[str, Any]:
    """Return a dashboard as Grafana's JSON model."""
    return {
        "uid": f"cartload-{dashboard.name}",
        "title": dashboard.title,
        "tags": ["cartload"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
            ]
        },
        "links": [
            {
                "type": "dashboards",
                "tags": ["cartload"],
                "asDropdown": False,
                "title": "Cartload",
                "keepTime": True,
            }
        ],
        "panels": _panels(dashboard),
    }


def _panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    y = 0
    for heading, panels in dashboard.rows.items():
        drawn.append({"id": len(drawn) + 1, "type": "row", "title": heading, "gridPos": _place(0, y, 24, 1)})
        y += 1
        for index, panel in enumerate(panels):
            place = _place(index % _COLUMNS * _WIDTH, y + index // _COLUMNS * _HEIGHT, _WIDTH, _HEIGHT)
            drawn.append(_panel(panel, len(drawn) + 1, place))
        y += -(-len(panels) // _COLUMNS) * _HEIGHT
    return drawn


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for index, (query, legend) in enumerate(panel.queries.items())
        ],
    }
