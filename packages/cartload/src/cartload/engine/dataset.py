"""A dataset in Python: iterated chunk by chunk, or table by table."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from cartload import spec as specs
from cartload.engine.chunks import Plan, Segment, plan
from cartload.engine.generate import Engine
from cartload.engine.row_totals import row_totals
from cartload.schema import TABLE_NAMES, arrow_schema
from cartload.spec import specfile
from cartload.spec.model import Spec


class Dataset:
    """A dataset that is made while it is read, the same at every reading; nothing is kept.

    Iterating gives one mapping of table name to ``pyarrow.RecordBatch`` after the other: first the catalogue,
    a piece of one table at a time, then some thousand customers at a time with all that they own.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = specs.resolve(spec)
        self._engine = Engine(self.spec)

    def __repr__(self) -> str:
        return f"<cartload dataset {self.spec.name!r}: {self.spec.customers:,} customers>"

    def __iter__(self) -> Iterator[dict[str, pa.RecordBatch]]:
        return (self._engine.generate(chunk) for chunk in self._plan)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, parents first."""
        return TABLE_NAMES

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table before any is made: exact, but for some.

        Those of ``payment_details``, ``reviews``, ``sessions`` and ``events`` are about right.
        With ``as_of`` and more than 8,000 customers, all tables but the catalogue's are about right.
        """
        return row_totals(self.spec, self._whole, catalogue=True)

    def table(self, name: str) -> pa.Table:
        """A whole table, in memory: for ``.to_pandas()``, ``polars.from_arrow(…)``, queries of DuckDB.

        Raises KeyError when there is no such table.
        """
        return self.reader(name).read_all()

    def reader(self, name: str) -> pa.RecordBatchReader:
        """A table as a stream of batches, made as they are read: for what does not fit into memory.

        Raises KeyError when there is no such table.
        """
        if name not in TABLE_NAMES:
            raise KeyError(f"no table {name!r}; there are {', '.join(TABLE_NAMES)}")
        made = (self._engine.generate(chunk, tables=(name,)) for chunk in self._plan)
        batches = (batch for tables in made for batch in tables.values())
        return pa.RecordBatchReader.from_batches(arrow_schema(name, self.spec.ids), batches)

    @property
    def _whole(self) -> Segment:
        return Segment(0, self.spec.customers)

    @property
    def _plan(self) -> Plan:
        return plan(self.spec, self._whole, catalogue=True)


def generate(spec: Spec | Mapping[str, Any] | str | None = None) -> Dataset:
    """The dataset of a spec: a :class:`cartload.Spec`, its fields as a mapping, or a preset's name.

    A path of a YAML or JSON file does as well; nothing at all is the default spec. No row is made before it
    is read. Raises :class:`cartload.spec.SpecError`, which names field, value and what is allowed.
    """
    if isinstance(spec, Spec):
        return Dataset(spec)
    raw = specfile.load(spec) if isinstance(spec, str) else spec or {}
    return Dataset(specs.parse(raw))
