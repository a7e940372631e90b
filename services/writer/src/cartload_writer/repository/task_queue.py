"""The persisted tasks: the repository of the table `tasks`. A claimed row is leased to one process."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_kit.tracing import current_traceparent
from cartload_writer.repository.models import tasks

OPEN, DONE = "open", "done"

CHECK = "check"
"""The kind of a task that only reads the dataset: it waits for all others, none waits for it."""

MOST_CHECKS = 100
"""Checks that may wait: more are not begun by themselves."""


@dataclass(frozen=True, slots=True)
class Task:
    """A command on a dataset, claimed by this process.

    `attempts` counts the runs that did not finish it, `failures` those of them that did not merely wait.
    """

    sequence: int
    dataset_id: UUID
    kind: str
    message: dict[str, Any]
    traceparent: str | None
    attempts: int
    failures: int = 0


@dataclass(frozen=True, slots=True)
class NewTask:
    """A command that has come. Deliveries of one command share the `task_id`."""

    task_id: str
    dataset_id: UUID
    kind: str
    message: dict[str, Any]
    traceparent: str | None


async def add(connection: AsyncConnection, task: NewTask, now: datetime) -> None:
    """Keep a command. One that is there already is opened again if it was done: its answer may be lost."""
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
    again = [
        (name, sa.case((tasks.c.state == DONE, sa.literal(value, tasks.c[name].type)), else_=tasks.c[name]))
        for name, value in fresh.items()
    ]
    # The server assigns from left to right: the state comes last, so that the others still see the old one.
    await connection.execute(statement.on_duplicate_key_update([*again, ("state", OPEN)]))


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
    idle = sa.or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < now)
    which = (
        (tasks.c.dataset_id == str(dataset_id)) & (tasks.c.state == OPEN) & (tasks.c.kind != "delete") & idle
    )
    await connection.execute(
        tasks.update().where(which).values(state=DONE, finished_at=now, error="superseded")
    )


async def claim(
    connection: AsyncConnection, kinds: Collection[str], owner: str, now: datetime, lease: timedelta
) -> Task | None:
    """Take the oldest task of these kinds that may run now; None: there is none.

    Commands on one dataset run in order, a check when no command waits or runs.
    """
    other = tasks.alias()
    blocked = sa.exists().where(
        other.c.dataset_id == tasks.c.dataset_id,
        other.c.state == OPEN,
        other.c.kind != CHECK,
        sa.or_(tasks.c.kind == CHECK, other.c.sequence < tasks.c.sequence),
    )
    free = sa.or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < now)
    query = (
        sa.select(*(tasks.c[name] for name in Task.__dataclass_fields__))
        .where(tasks.c.kind.in_(kinds), tasks.c.state == OPEN, tasks.c.not_before <= now, free, ~blocked)
        .order_by(tasks.c.sequence)
        .limit(1)
        .with_for_update(skip_locked=True, of=tasks)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    await _update(connection, row.sequence, lease_owner=owner, leased_until=now + lease)
    sequence, dataset_id, *rest = row
    return Task(sequence, UUID(dataset_id), *rest)


async def renew(connection: AsyncConnection, task: Task, owner: str, until: datetime) -> bool:
    """Hold a claimed task longer; False when the lease has passed to another process."""
    mine = (tasks.c.sequence == task.sequence) & (tasks.c.lease_owner == owner) & (tasks.c.state == OPEN)
    found = await connection.execute(tasks.update().where(mine).values(leased_until=until))
    return found.rowcount == 1


async def finish(connection: AsyncConnection, task: Task, now: datetime, error: str | None = None) -> None:
    """Close a task."""
    await _update(
        connection,
        task.sequence,
        state=DONE,
        finished_at=now,
        error=error,
        lease_owner=None,
        leased_until=None,
    )


async def postpone(
    connection: AsyncConnection, task: Task, until: datetime, error: str, *, failed: bool = False
) -> None:
    """Give a task back, to be tried again later. `failed`: it did not merely wait for something."""
    await _update(
        connection,
        task.sequence,
        attempts=task.attempts + 1,
        failures=task.failures + failed,
        not_before=until,
        error=error[:2000],
        lease_owner=None,
        leased_until=None,
    )


async def count_open(connection: AsyncConnection) -> int:
    """Tasks that wait or run."""
    count = await connection.scalar(sa.select(sa.func.count()).where(tasks.c.state == OPEN))
    return int(count or 0)


async def prune(connection: AsyncConnection, before: datetime) -> None:
    """Forget tasks that were done before a time, some at a time."""
    old = (tasks.c.state == DONE) & (tasks.c.finished_at < before)
    oldest = sa.select(tasks.c.sequence).where(old).order_by(tasks.c.sequence).limit(1000)
    forgotten = (await connection.scalars(oldest)).all()
    await connection.execute(tasks.delete().where(tasks.c.sequence.in_(forgotten)))


async def _update(connection: AsyncConnection, sequence: int, **values: object) -> None:
    await connection.execute(tasks.update().where(tasks.c.sequence == sequence).values(**values))
