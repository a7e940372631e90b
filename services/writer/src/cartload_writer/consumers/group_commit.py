"""Batches of a dataset that are ready at the same time share a transaction, as in a database's group commit.

While transactions of a dataset run, those that come wait, and the next takes them all: of a small dataset,
whose batches come together, most of the time goes into statements and commits and not into rows.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.metrics import measured
from cartload_writer.repository import batches
from cartload_writer.repository.batches import NewBatch

SIDE_BY_SIDE = 2
"""Transactions of a dataset that run at a time, however few rows each has."""

ROWS_AT_ONCE = 10_000
"""Rows that are worth a further transaction; a group that has so many is full."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A batch, and who waits until it is committed."""

    batch: NewBatch
    done: asyncio.Future[None]

    @property
    def rows(self) -> int:
        """How many rows it brings."""
        return self.batch.entry.header.rows


@dataclass(slots=True)
class _Queue:
    """What waits for its transaction in one dataset, and how many transactions run there."""

    waiting: deque[_Member] = field(default_factory=deque)
    running: int = 0

    @property
    def is_due(self) -> bool:
        if self.running < SIDE_BY_SIDE:
            return bool(self.waiting)
        return sum(member.rows for member in self.waiting) >= ROWS_AT_ONCE

    def take(self) -> list[_Member]:
        """The oldest that fill a group; without those that nobody waits for any more."""
        group, rows = list[_Member](), 0
        while self.waiting and rows < ROWS_AT_ONCE:
            member = self.waiting.popleft()
            if not member.done.cancelled():
                group.append(member)
                rows += member.rows
        return group


@dataclass(frozen=True, slots=True)
class GroupCommit:
    """Runs the transactions. `meta` is the database of the manifest."""

    pool: BulkPool
    meta: str
    _queues: dict[str, _Queue] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or runs, so that nothing is kept of any dataset."""
        return not self._queues and not self._running

    async def store(self, database: str, batch: NewBatch) -> None:
        """Store a batch; returns when it is committed.

        Raises what `cartload_writer.repository.batches.store` raises of this batch. A caller that is
        cancelled meanwhile leaves the transaction to its end, as `BulkPool.run` does.
        """
        member = _Member(batch, asyncio.get_running_loop().create_future())
        self._queues.setdefault(database, _Queue()).waiting.append(member)
        self._begin_due(database)
        await member.done

    def _begin_due(self, database: str) -> None:
        queue = self._queues[database]
        while queue.is_due:
            if group := queue.take():
                queue.running += 1
                task = asyncio.create_task(self._run(database, group))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        if not queue.running:
            del self._queues[database]

    async def _run(self, database: str, group: Sequence[_Member]) -> None:
        try:
            await self._settle(database, group)
        finally:
            self._queues[database].running -= 1
            self._begin_due(database)

    async def _settle(self, database: str, group: Sequence[_Member]) -> None:
        try:
            together = [member.batch for member in group]
            with measured("load"):
                await self.pool.run(batches.store, self.meta, database, together)
        except Exception as error:  # noqa: BLE001 - it is told to whoever waits for the batch
            if len(group) > 1:
                # Nothing of a group is stored that one of its batches spoilt: each is tried by itself, so
                # that only this one fails.
                await asyncio.gather(*(self._settle(database, [member]) for member in group))
            elif not group[0].done.done():
                group[0].done.set_exception(error)
        else:
            for member in group:
                if not member.done.done():
                    member.done.set_result(None)
