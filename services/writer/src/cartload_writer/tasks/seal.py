"""Seal: indexes and foreign keys where they were put off, then the proof that the dataset is whole."""

from collections.abc import Mapping
from time import perf_counter
from typing import Literal

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload import schema
from cartload.schema import ddl
from cartload_contracts.messages import Seal, Sealed, Sealing
from cartload_contracts.model import TableName, TableTotals
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_writer.domain import seal_checks
from cartload_writer.domain.seal_checks import Check
from cartload_writer.domain.states import State, Totals
from cartload_writer.errors import PermanentFailure
from cartload_writer.repository import dataset_rows, datasets, manifest, reports, task_queue
from cartload_writer.repository.datasets import Dataset
from cartload_writer.repository.reports import StoredReport
from cartload_writer.tasks import indexes
from cartload_writer.tasks.context import Context
from cartload_writer.tasks.indexes import Step, run_side_by_side

FEW_ROWS = 20_000
"""A dataset of at most so many rows is counted and joined by one statement."""


async def seal(context: Context, command: Seal) -> None:
    """Finish the load and answer `sealed`. Raises PermanentFailure with the first broken invariant."""
    dataset, stored = await retry_on_deadlock(lambda: _end_load(context, command))
    began = perf_counter()
    await _index(context, command, dataset, _rows(stored))
    indexed = perf_counter()
    expected = command.expected if command.complete else None
    state: State = "ready" if command.complete else "incomplete"
    await _tell(context, command, "checking")
    await prove(context, dataset, stored, expected=expected, state=state)
    await context.results.publish(
        Sealed(
            dataset_id=command.dataset_id,
            job_id=command.job_id,
            attempt=command.attempt,
            stored=manifest.as_message(stored),
            indexing_seconds=indexed - began,
            checking_seconds=perf_counter() - indexed,
        )
    )
    # After the answer, which somebody waits for. A crash in between runs the task again, and asks again.
    await _want_report(context, command, dataset, stored)


async def _end_load(context: Context, command: Seal) -> tuple[Dataset, Mapping[str, Totals]]:
    """The dataset and what is stored of it, which stays so.

    A load that was cut short may still have batches under way. From here on they are dropped, and those in
    flight are waited for, so that what is told, and proven an hour later, is what is there.
    """
    async with transaction(context.meta) as connection:
        dataset = await datasets.find(connection, command.dataset_id, lock=True)
        if dataset is None or dataset.gone:
            raise PermanentFailure("The dataset is being deleted.")
        if not command.complete:
            await datasets.update(connection, command.dataset_id, context.clock(), state="incomplete")
        return dataset, await manifest.totals(connection, command.dataset_id)


async def _tell(context: Context, command: Seal, phase: Literal["indexing", "checking"]) -> None:
    await context.results.publish(
        Sealing(dataset_id=command.dataset_id, job_id=command.job_id, attempt=command.attempt, phase=phase)
    )


async def _index(context: Context, command: Seal, dataset: Dataset, rows: int) -> None:
    if dataset.load_mode == "final":
        return
    await _tell(context, command, "indexing")
    await indexes.finish(context.work, dataset.database_name, context.side_by_side(rows))
    async with transaction(context.meta) as connection:
        await datasets.update(connection, dataset.dataset_id, context.clock(), load_mode="final")


async def _count_and_join(
    engine: AsyncEngine, database: str, connections: int, stored: Mapping[str, Totals]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Rows by table and orphans by foreign key, counted by query; large tables on several connections."""
    counts: dict[str, int] = {}
    orphans: dict[str, int] = {}
    counting = {name: dataset_rows.counting(name) for name in schema.TABLE_NAMES}
    if _rows(stored) <= FEW_ROWS:
        steps = [_together(counting, counts), _together(ddl.orphan_queries(), orphans)]
        await run_side_by_side(engine, database, 1, steps)
    else:
        joins = [_one(name, query, orphans) for name, query in reversed(ddl.orphan_queries().items())]
        numbers = [_one(name, query, counts) for name, query in counting.items()]
        # The joins first: they take longer than counts, and none should be left alone at the end.
        await run_side_by_side(engine, database, connections, joins + numbers)
    return counts, orphans


def _one(name: str, query: str, into: dict[str, int]) -> Step:
    async def step(connection: AsyncConnection) -> None:
        try:
            into[name] = await dataset_rows.number(connection, query)
        except DBAPIError as error:
            error.add_note(f"while counting for the check of {name}")
            raise

    return step


def _together(queries: Mapping[str, str], into: dict[str, int]) -> Step:
    """One statement for all: of a small dataset, the way there and back is what costs."""

    async def step(connection: AsyncConnection) -> None:
        into.update(await dataset_rows.numbers(connection, queries))

    return step


async def prove(
    context: Context,
    dataset: Dataset,
    stored: Mapping[str, Totals],
    *,
    expected: Mapping[TableName, TableTotals] | None,
    state: State,
) -> None:
    """Check the dataset, keep the report, and give the dataset this state if nothing was found.

    What the manifest holds is always compared with what was made; the rows only where there are any.
    Without `expected`, a load that was cut short, what is found is only reported.
    Raises PermanentFailure when a load that should be whole is not.
    """
    counts: Mapping[str, int] | None = None
    orphans: Mapping[str, int] = {}
    if dataset.has_rows:
        connections = context.side_by_side(_rows(stored))
        counts, orphans = await _count_and_join(context.work, dataset.database_name, connections, stored)
    found = seal_checks.judge(expected, stored, counts, orphans)
    broken = [check for check in found if check.violations]
    failed = bool(broken) and state == "ready"
    reason = _reason(broken) if failed else None
    document = {"kind": "seal", "reason": reason, "checks": [check.document() for check in found]}
    now = context.clock()
    async with transaction(context.meta) as connection:
        current = await datasets.find(connection, dataset.dataset_id, lock=True)
        if current is None or current.gone:
            raise PermanentFailure("The dataset is being deleted.")
        report = StoredReport("failed" if failed else "ready", document, now)
        await reports.save(connection, dataset.dataset_id, report)
        await datasets.update(connection, dataset.dataset_id, now, state="incomplete" if failed else state)
    if reason is not None:
        raise PermanentFailure(reason)


async def _want_report(
    context: Context, command: Seal, dataset: Dataset, stored: Mapping[str, Totals]
) -> None:
    """A small whole dataset gets its full report unasked, unless many wait already.

    Not one without rows in MySQL: that is what is examined.
    """
    if not command.complete or not dataset.has_rows or _rows(stored) > context.report_rows:
        return
    async with transaction(context.meta) as connection:
        if await task_queue.room_for_checks(connection):
            await task_queue.add_check(connection, command.dataset_id, context.clock())


def _rows(stored: Mapping[str, Totals]) -> int:
    return sum(totals.rows for totals in stored.values())


def _reason(broken: list[Check]) -> str:
    told = "; ".join(
        f"{check.title} Not so: {check.violations} of {check.rows_checked} rows." for check in broken[:3]
    )
    return f"The stored dataset is not whole. {told}"[:2000]
