"""The persisted tasks: the repository of the table `tasks`. A claimed row is leased to one run of it."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.database import transaction
from cartload_kit.tracing import current_traceparent
from cartload_writer.repository.models import tasks

OPEN, DONE = "open", "done"

LEASE = timedelta(seconds=30)
"""How long a claimed task belongs to its run without being renewed: then its process counts as dead."""

DELETE = "delete"
"""The kind of the task that is never given up, and makes all before it pointless."""

CHECK = "check"
"""The kind of a task that only reads the dataset: it waits for all others, none waits for it."""

MOST_CHECKS = 100
"""Checks that may wait: more are not begun by themselves."""


@dataclass(frozen=True, slots=True)
class Task:
    """A command on a dataset, claimed for one run.

    `attempts` counts the runs that did not finish it, `failures` those of them that did not merely wait.
    `lease` is the name that only this run has in the row.
    """

    sequence: int
    dataset_id: UUID
    kind: str
    message: dict[str, Any]
    traceparent: str | None
    attempts: int
    failures: int = 0
    lease: str = ""


@dataclass(frozen=True, slots=True)
class NewTask:
    """A command that has come. Deliveries of one command share the `task_id`."""

    task_id: str
    dataset_id: UUID
    kind: str
    message: dict[str, Any]
    traceparent: str | None


async def add(connection: AsyncConnection, task: NewTask, now: datetime) -> None:
    """Keep a command. One that is there already is opened again if it was done: its answer may be lost.

    Not so a command that others of its dataset have followed, unless it is a deletion: the next is sent only
    when nobody waits for an answer to this one any more, and a roll-back that is run again would remove what
    was appended after it.
    """
    fresh = {"attempts": 0, "failures": 0, "not_before": now, "error": None, "finished_at": None}
    statement = insert(tasks).values(
        task_id=task.task_id,
        dataset_id=str(task.dataset_id),
        kind=task.kind,
        message=task.message,
        traceparent=task.traceparent,
        state=OPEN,
        created_at=now,
        **fresh,
    )
    await connection.execute(statement.on_duplicate_key_update(task_id=tasks.c.task_id))
    if task.kind in (CHECK, DELETE) or not await _was_followed(connection, task):
        done = (tasks.c.task_id == task.task_id) & (tasks.c.state == DONE)
        await connection.execute(tasks.update().where(done).values(state=OPEN, **fresh))


async def _was_followed(connection: AsyncConnection, task: NewTask) -> bool:
    later = tasks.alias()
    query = (
        sa.select(sa.literal(1))
        .select_from(tasks.join(later, later.c.dataset_id == tasks.c.dataset_id))
        .where(tasks.c.task_id == task.task_id, later.c.sequence > tasks.c.sequence, later.c.kind != CHECK)
        .limit(1)
    )
    return await connection.scalar(query) is not None


async def add_check(connection: AsyncConnection, dataset_id: UUID, now: datetime) -> None:
    """Keep the wish for a full report: one a dataset, however often it is uttered."""
    task_id = str(uuid5(NAMESPACE_OID, f"{CHECK} {dataset_id}"))
    await add(connection, NewTask(task_id, dataset_id, CHECK, {}, current_traceparent()), now)


async def room_for_checks(connection: AsyncConnection) -> bool:
    """Whether few enough checks wait that one more may be begun unasked."""
    waiting = sa.select(sa.func.count()).where(tasks.c.state == OPEN, tasks.c.kind == CHECK)
    return int(await connection.scalar(waiting) or 0) < MOST_CHECKS


async def supersede(connection: AsyncConnection, dataset_id: UUID, now: datetime) -> None:
    """Close the dataset's tasks that nobody works on and that a deletion makes pointless."""
    # What runs goes on to its end and sees for itself that the dataset is gone; its row must not be taken
    # from under it.
    idle = sa.or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < now)
    which = (
        (tasks.c.dataset_id == str(dataset_id)) & (tasks.c.state == OPEN) & (tasks.c.kind != DELETE) & idle
    )
    await connection.execute(
        tasks.update().where(which).values(state=DONE, finished_at=now, error="superseded")
    )


async def count_open(connection: AsyncConnection) -> int:
    """Tasks that wait or run."""
    count = await connection.scalar(sa.select(sa.func.count()).where(tasks.c.state == OPEN))
    return int(count or 0)


async def prune(connection: AsyncConnection, before: datetime) -> None:
    """Forget tasks that were done before a time, some at a time."""
    old = (tasks.c.state == DONE) & (tasks.c.finished_at < before)
    oldest = sa.select(tasks.c.sequence).where(old).order_by(tasks.c.sequence).limit(1000)
    # Selected first: MySQL takes no LIMIT in a subquery of IN.
    forgotten = (await connection.scalars(oldest)).all()
    await connection.execute(tasks.delete().where(tasks.c.sequence.in_(forgotten)))


_CLAIMED = (
    tasks.c.sequence,
    tasks.c.dataset_id,
    tasks.c.kind,
    tasks.c.message,
    tasks.c.traceparent,
    tasks.c.attempts,
    tasks.c.failures,
)


@dataclass(frozen=True, slots=True)
class TaskQueue:
    """The tasks of some kinds, for the runs of one process; `owner` names the process.

    What a run writes about its task is kept only while its lease is the one in the row. A process that was
    stopped for longer than `LEASE` must not end or postpone what another process has taken over meanwhile.
    """

    engine: AsyncEngine
    owner: str
    kinds: Collection[str]
    clock: Callable[[], datetime]

    async def claim(self) -> Task | None:
        """Take the oldest task that may run now; None: there is none.

        Commands on one dataset run in order, a check when no command waits or runs.
        """
        while True:
            now = self.clock()
            # Not the process alone: the same process may claim a task again whose first run it has lost.
            lease = f"{self.owner}-{secrets.token_hex(4)}"
            async with transaction(self.engine) as connection:
                row = (await connection.execute(_claimable(self.kinds, now))).first()
                if row is None:
                    return None
                if await _lease(connection, row.sequence, lease, now):
                    break
        dataset_id = UUID(row.dataset_id)
        return Task(
            row.sequence,
            dataset_id,
            row.kind,
            row.message,
            row.traceparent,
            row.attempts,
            row.failures,
            lease,
        )

    async def renew(self, task: Task) -> bool:
        """Hold a claimed task longer; False when the lease has passed to another run."""
        return await self._write(task, leased_until=self.clock() + LEASE)

    async def finish(self, task: Task, error: str | None = None) -> bool:
        """Close a task; False when the lease has passed to another run, which closes it."""
        return await self._write(
            task, state=DONE, finished_at=self.clock(), error=error, lease_owner=None, leased_until=None
        )

    async def postpone(self, task: Task, wait: timedelta, error: str, *, failed: bool = False) -> bool:
        """Give a task back, to be tried again later; False when the lease has passed to another run.

        `failed`: it did not merely wait for something.
        """
        return await self._write(
            task,
            attempts=task.attempts + 1,
            failures=task.failures + failed,
            not_before=self.clock() + wait,
            error=error[:2000],
            lease_owner=None,
            leased_until=None,
        )

    async def _write(self, task: Task, **values: object) -> bool:
        mine = (tasks.c.sequence == task.sequence) & (tasks.c.lease_owner == task.lease)
        async with transaction(self.engine) as connection:
            statement = tasks.update().where(mine, tasks.c.state == OPEN).values(**values)
            return (await connection.execute(statement)).rowcount == 1


def _claimable(kinds: Collection[str], now: datetime) -> sa.Select[Any]:
    other = tasks.alias()
    blocked = sa.exists().where(
        other.c.dataset_id == tasks.c.dataset_id,
        other.c.state == OPEN,
        other.c.kind != CHECK,
        sa.or_(tasks.c.kind == CHECK, other.c.sequence < tasks.c.sequence),
    )
    # Without locks: a search that locks the rows it looks through hides them from a search of others that
    # skips locked ones, and a task that nobody has would wait for the next look.
    return (
        sa.select(*_CLAIMED)
        .where(tasks.c.kind.in_(kinds), _free(now), ~blocked)
        .order_by(tasks.c.sequence)
        .limit(1)
    )


async def _lease(connection: AsyncConnection, sequence: int, lease: str, now: datetime) -> bool:
    """Lease a task that was found claimable; False when somebody else was faster."""
    claimed = tasks.update().where(tasks.c.sequence == sequence, _free(now))
    result = await connection.execute(claimed.values(lease_owner=lease, leased_until=now + LEASE))
    return result.rowcount == 1


def _free(now: datetime) -> sa.ColumnElement[bool]:
    """It is time for the task, and nobody works on it."""
    idle = sa.or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < now)
    return sa.and_(tasks.c.state == OPEN, tasks.c.not_before <= now, idle)
