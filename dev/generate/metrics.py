"""Draw docs/metrics.md from the metrics that the kit and the services declare."""

import importlib
from pathlib import Path
from types import ModuleType

from prometheus_client import Counter, Gauge, Histogram

MODULES = (
    "cartload_kit.metrics",
    "cartload_kit.kafka.metrics",
    "cartload_gateway.metrics",
    "cartload_auth.metrics",
    "cartload_generator.metrics",
    "cartload_writer.metrics",
    "cartload_notifier.metrics",
    "cartload_shop.metrics",
)
TARGET = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"

type Declared = Counter | Gauge | Histogram

# Roles of a service share its module, so a metric stands at 0 in those that do not count it. This says where
# it is counted; the longest beginning that fits counts.
SHOWN_BY = {
    "cartload_http_": "every process",
    "cartload_ready_": "every process",
    "cartload_tokens_": "gateway, auth, generator api, writer api, notifier, shop api",
    "cartload_jwks_": "gateway, auth, generator api, writer api, notifier, shop api",
    "cartload_limits_": "gateway, auth, generator api, writer api, notifier, shop api",
    "cartload_database_": "auth, generator api and player, writer tasks, checker and api, shop",
    "cartload_kafka_": "generator api and worker, writer consumer and tasks",
    "cartload_kafka_send_": "generator api, worker and player, writer consumer and tasks",
    "cartload_gateway_": "gateway",
    "cartload_auth_": "auth",
    "cartload_job": "generator api",
    "cartload_generator_": "generator api",
    "cartload_worker_": "generator worker",
    "cartload_player_": "generator player",
    "cartload_streams_": "generator player",
    "cartload_writer_": "writer consumer",
    "cartload_writer_task": "writer tasks and checker",
    "cartload_writer_tasks_open": "writer tasks",
    "cartload_writer_stock_": "writer tasks",
    "cartload_writer_rows_read_": "writer api",
    "cartload_notifier_": "notifier",
    "cartload_shop": "shop worker",
}

HEAD = """# Metrics

Drawn from the declarations (`make generate`); [observability](observability.md) says how to look at them and
which are worth an alert. Every process serves its own at `/metrics`, the gateway on `CARTLOAD_METRICS_PORT`.
Units are in the names: seconds and bytes. A histogram has the series `…_bucket` (with the label `le`),
`…_sum` and `…_count`; its count is the rate, so `cartload_http_request_duration_seconds` is requests, errors
(by `status`) and duration in one. Labels have few values: `route` is the route's template, never the path
that was asked for; `table` is a table of the dataset. Beside these each process shows what the Prometheus
client counts by itself: `process_*` (memory, CPU, open files) and `python_*`.

| metric | type | labels | counted by | meaning |
|---|---|---|---|---|
"""


def declared() -> list[Declared]:
    """Return every metric of the kit and the services, in the order of their declaration."""
    return [metric for name in MODULES for metric in _metrics_of(importlib.import_module(name))]


def series(metric: Declared) -> dict[str, frozenset[str]]:
    """Return the names under which a metric is scraped, each with its labels."""
    name, labels = _name(metric), frozenset(metric._labelnames)
    if isinstance(metric, Histogram):
        return {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
    return {name: labels}


def shown_by(name: str) -> str:
    """Return the processes that count a metric. Raises LookupError for one that nobody is named for."""
    fitting = [beginning for beginning in SHOWN_BY if name.startswith(beginning)]
    if not fitting:
        raise LookupError(f"no process is named for {name}")
    return SHOWN_BY[max(fitting, key=len)]


def text() -> str:
    """Return the whole page."""
    return HEAD + "".join(_row(metric) for metric in declared())


def _metrics_of(module: ModuleType) -> list[Declared]:
    return [value for value in vars(module).values() if isinstance(value, Counter | Gauge | Histogram)]


def _name(metric: Declared) -> str:
    described = next(iter(metric.describe()))
    # The client keeps a counter's name without the ending that it is scraped with.
    return f"{described.name}_total" if isinstance(metric, Counter) else described.name


def _row(metric: Declared) -> str:
    name, labels = _name(metric), metric._labelnames
    kind = type(metric).__name__.lower()
    shown = ", ".join(f"`{label}`" for label in labels)
    return f"| `{name}` | {kind} | {shown} | {shown_by(name)} | {metric._documentation} |\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
