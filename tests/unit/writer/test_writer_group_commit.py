"""Batches of one dataset that are ready at the same time share a transaction, and none spoils another's."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pytest

from cartload.encoders.mysql import LoadError
from cartload_contracts.batches import BatchHeader
from cartload_writer.adapters.blob import StoredPart
from cartload_writer.adapters.bulk_connections import BulkPool
from cartload_writer.consumers.group_commit import ROWS_AT_ONCE, GroupCommit
from cartload_writer.repository.batches import NewBatch, NewEntry


@dataclass
class Transactions(BulkPool):
    """Transactions that stay open until `go` is set; those with a batch in `bad` fail then."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    bad: list[NewBatch] = field(default_factory=list)
    begun: list[list[NewBatch]] = field(default_factory=list)
    databases: list[str] = field(default_factory=list)

    async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        _, database, batches = args
        self.begun.append(list(batches))
        self.databases.append(database)
        await self.go.wait()
        for batch in batches:
            if any(batch is bad for bad in self.bad):
                raise LoadError("not these rows")

    @property
    def sizes(self) -> list[int]:
        """How many batches each had."""
        return [len(batches) for batches in self.begun]


def batch(rows: int = 10) -> NewBatch:
    header = BatchHeader(
        dataset_id=uuid4(),
        job_id=uuid4(),
        table="users",
        chunk=0,
        chunk_index=0,
        vintage=1,
        rows=rows,
        row_hash="0" * 32,
    )
    entry = NewEntry(header, "part-0.parquet", StoredPart(1, "0" * 64), 0.0, datetime.now(UTC))
    return NewBatch(entry, pa.record_batch({"id": list(range(rows))}))


def storing(
    commits: GroupCommit, batches: Sequence[NewBatch], database: str = "shopa"
) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(commits.store(database, one)) for one in batches]


async def settled() -> None:
    """All that is ready to run has run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_comes_during_transactions_shares_the_next() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    tasks = storing(commits, [batch() for _ in range(6)])
    await settled()
    assert pool.sizes == [1, 1]
    pool.go.set()
    await asyncio.gather(*tasks)
    assert pool.sizes == [1, 1, 4]


async def test_batches_without_rows_are_stored_too() -> None:
    pool = Transactions()
    pool.go.set()
    commits = GroupCommit(pool, "meta")
    await asyncio.gather(*storing(commits, [batch(0), batch(0)]))
    assert sum(pool.sizes) == 2


async def test_many_rows_do_not_wait_for_the_transaction_that_runs() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    tasks = storing(commits, [batch(ROWS_AT_ONCE) for _ in range(3)])
    await settled()
    assert pool.sizes == [1, 1, 1]
    pool.go.set()
    await asyncio.gather(*tasks)


async def test_datasets_do_not_wait_for_each_other_and_share_no_transaction() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    tasks = [*storing(commits, [batch()], "shopa"), *storing(commits, [batch()], "shopb")]
    await settled()
    assert (pool.sizes, pool.databases) == ([1, 1], ["shopa", "shopb"])
    pool.go.set()
    await asyncio.gather(*tasks)


async def test_a_bad_batch_fails_alone() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    batches = [batch() for _ in range(5)]
    pool.bad = [batches[3]]
    tasks = storing(commits, batches)
    await settled()
    pool.go.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [isinstance(outcome, LoadError) for outcome in outcomes] == [False, False, False, True, False]
    # The group is undone as a whole, so the good ones of it are stored again, each by itself.
    assert pool.sizes == [1, 1, 3, 1, 1, 1]


async def test_who_is_cancelled_while_waiting_is_left_out() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    first, second, third, fourth = storing(commits, [batch() for _ in range(4)])
    await settled()
    third.cancel()
    await settled()
    pool.go.set()
    await asyncio.gather(first, second, fourth)
    assert third.cancelled()
    assert pool.sizes == [1, 1, 1]


async def test_who_is_cancelled_during_the_transaction_spoils_it_for_nobody() -> None:
    pool = Transactions()
    commits = GroupCommit(pool, "meta")
    first, second = storing(commits, [batch(), batch()])
    await settled()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    pool.go.set()
    await second
    assert pool.sizes == [1, 1]


async def test_nothing_is_kept_of_a_dataset_that_has_all_its_batches() -> None:
    pool = Transactions()
    pool.go.set()
    commits = GroupCommit(pool, "meta")
    await asyncio.gather(*storing(commits, [batch(), batch()]))
    await settled()
    assert commits.is_idle
