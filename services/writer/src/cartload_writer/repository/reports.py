"""The newest report of each dataset: the repository of the table `reports`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_writer.repository.models import reports


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report's state and its members."""

    state: Literal["running", "ready", "failed"]
    document: dict[str, Any]
    made_at: datetime | None


async def find(connection: AsyncConnection, dataset_id: UUID) -> StoredReport | None:
    """The newest report; None where none was ever made."""
    query = sa.select(reports.c.state, reports.c.document, reports.c.made_at)
    row = (await connection.execute(query.where(_of(dataset_id)))).first()
    return None if row is None else StoredReport(*row)


async def answers(connection: AsyncConnection, dataset_id: UUID) -> list[dict[str, Any]] | None:
    """The answers that came with the newest full report; None where there is none."""
    document = await connection.scalar(sa.select(reports.c.answers).where(_of(dataset_id)))
    return None if document is None else list(document["items"])


async def save(
    connection: AsyncConnection,
    dataset_id: UUID,
    report: StoredReport,
    answers: dict[str, Any] | None = None,
) -> None:
    """Keep this one instead of the one before, and the answers that belong to it."""
    values = {
        "state": report.state,
        "document": report.document,
        "made_at": report.made_at,
        # SQL's NULL, since None in a JSON column is stored as JSON's null.
        "answers": sa.null() if answers is None else answers,
    }
    statement = insert(reports).values(dataset_id=str(dataset_id), **values)
    await connection.execute(statement.on_duplicate_key_update(**values))


async def begin(connection: AsyncConnection, dataset_id: UUID) -> None:
    """A full report was asked for; what the one before says stays until it is there."""
    statement = insert(reports).values(dataset_id=str(dataset_id), state="running", document={})
    await connection.execute(statement.on_duplicate_key_update(state="running"))


async def fail(connection: AsyncConnection, dataset_id: UUID, reason: str) -> None:
    """The full report could not be made; the one before stays, with the reason."""
    found = await find(connection, dataset_id)
    if found is not None:
        document = {**found.document, "reason": reason[:2000]}
        await connection.execute(
            reports.update().where(_of(dataset_id)).values(state="failed", document=document)
        )


async def forget(connection: AsyncConnection, dataset_id: UUID) -> None:
    """Remove a dataset's report."""
    await connection.execute(reports.delete().where(_of(dataset_id)))


def _of(dataset_id: UUID) -> sa.ColumnElement[bool]:
    return reports.c.dataset_id == str(dataset_id)
