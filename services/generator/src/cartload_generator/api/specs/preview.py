"""First rows of what a spec would make, straight from the engine: nothing is stored."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa

from cartload.engine.chunks import Segment
from cartload.engine.generate import preview_with_profile
from cartload.engine.row_totals import row_totals
from cartload.schema import TABLES, Table
from cartload.spec import Spec
from cartload.spec.sizes import dataset_bytes
from cartload_generator.api.specs.schemas import ColumnInfo, CustomerProfile, Preview, PreviewTable
from cartload_kit.errors import TooManyRequests, Unavailable
from cartload_kit.metrics import LIMITS_REFUSED

type Make = Callable[[Spec, int], Preview]

_MOST_AT_ONCE = 2
_MOST_OF_ONE_USER = 2
_LONGEST_WAIT = 10.0


class Previews:
    """Makes previews in threads, a bounded number at a time, and few for each user.

    Those who wait come first in, first out: behind one user's previews nobody waits for more than those.
    """

    def __init__(self, make: Make | None = None) -> None:
        self._make = make or preview
        self._slots = asyncio.Semaphore(_MOST_AT_ONCE)
        self._under_way: Counter[UUID] = Counter()

    async def make(self, owner_id: UUID, spec: Spec, rows: int) -> Preview:
        """The preview of a resolved spec.

        Raises:
            TooManyRequests: this user has as many previews under way as one user may have.
            Unavailable: too many are being made for others.
        """
        if self._under_way[owner_id] >= _MOST_OF_ONE_USER:
            LIMITS_REFUSED.labels("user_previews").inc()
            raise TooManyRequests(1, f"More than {_MOST_OF_ONE_USER} previews at a time.")
        self._under_way[owner_id] += 1
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                await self._slots.acquire()
        except BaseException as error:
            self._done(owner_id)
            if isinstance(error, TimeoutError):
                LIMITS_REFUSED.labels("previews").inc()
                raise Unavailable("Too many previews are being made.", retry_after=5) from None
            raise
        work = asyncio.ensure_future(asyncio.to_thread(self._make, spec, rows))
        # The thread goes on when its request has left, and counts until it is done.
        work.add_done_callback(lambda _: self._slots.release())
        work.add_done_callback(lambda _: self._done(owner_id))
        return await asyncio.shield(work)

    def _done(self, owner_id: UUID) -> None:
        self._under_way[owner_id] -= 1
        if not self._under_way[owner_id]:
            del self._under_way[owner_id]


def preview(spec: Spec, rows: int) -> Preview:
    """The first `rows` rows of every table, the size of it all, and what the first customers do."""
    totals = row_totals(spec, Segment(0, spec.customers), catalogue=True)
    batches, customers = preview_with_profile(spec, rows)
    tables = {table.name: _table(table, batches[table.name], totals[table.name]) for table in TABLES}
    return Preview(
        tables=tables,
        total_rows=sum(totals.values()),
        estimated_bytes=dataset_bytes(spec.ids, totals),
        profile=CustomerProfile(currency=spec.currency, **asdict(customers)),
    )


def _table(table: Table, batch: pa.RecordBatch, total: int) -> PreviewTable:
    columns = [
        ColumnInfo(
            name=column.name,
            type=column.type,
            nullable=column.nullable,
            references=column.references,
            description=column.description,
        )
        for column in table.columns
    ]
    rows = [{name: _plain(value) for name, value in row.items()} for row in batch.to_pylist()]
    return PreviewTable(columns=columns, rows=rows, total_rows=total)


def _plain(value: Any) -> Any:
    for kind, convert in _PLAIN:
        if isinstance(value, kind):
            return convert(value)
    return value


_PLAIN: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (datetime, lambda value: f"{value.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"),
    (date, date.isoformat),
    (Decimal, float),
)
