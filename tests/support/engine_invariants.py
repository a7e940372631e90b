"""Small datasets in memory, and the checker's rules asked of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from cartload.checker import Report, check_stored
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.readers import Stored
from cartload.spec import Spec, parse, resolve


def dataset(segment: Segment | None = None, **fields: Any) -> tuple[Spec, dict[str, pa.Table]]:
    """A whole small dataset in memory, and its resolved spec."""
    spec = resolve(parse(fields))
    engine = Engine(spec)
    parts: dict[str, list[pa.RecordBatch]] = {}
    for chunk in plan(spec, segment or Segment(0, spec.customers), catalogue=True):
        for name, batch in engine.generate(chunk).items():
            parts.setdefault(name, []).append(batch)
    return spec, {name: pa.Table.from_batches(batches) for name, batches in parts.items()}


@dataclass(frozen=True)
class Remembering(Stored):
    """Asks no query twice of tables that stay as they are: planning it takes nearly all time of a check."""

    answers: dict[str, Any] = field(default_factory=dict)

    def rows(self, query: str) -> Any:
        return self.answer(query, super().rows)

    def columns(self, query: str) -> Any:
        return self.answer(query, super().columns)

    def answer(self, query: str, ask: Callable[[str], Any]) -> Any:
        if query not in self.answers:
            self.answers[query] = ask(query)
        return self.answers[query]


@contextmanager
def in_memory(spec: Spec | None, tables: Mapping[str, pa.Table], ids: Any = None) -> Iterator[Stored]:
    """The tables as an open dataset."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            connection.register(name, table)
        yield Stored("memory", spec, ids or (spec.ids if spec else "uuid"), None, tuple(tables), connection)


def report(spec: Spec | None, tables: Mapping[str, pa.Table]) -> Report:
    """What the checker says of the tables."""
    with in_memory(spec, tables) as stored:
        return check_stored(stored)


def violations(spec: Spec, tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Violations by the name of the rule, only of rules that do not hold."""
    return {rule.name: rule.violations for rule in report(spec, tables).broken}
