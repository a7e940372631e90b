"""The newest report of each dataset: the repository of the table `reports`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_writer.models import reports


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report's state and its members."""

    state: Literal["running", "ready", "failed"]
    document: dict[str, Any]
    made_at: datetime | None


async def find(connection: AsyncConnection, dataset_id: UUID) -> StoredReport | None:
    """The newest report; None where none was ever made."""
    query = sa.select(reports.c.state, reports.c.document, reports.c.made_at)
    row = (await connection.execute(query.where(reports.c.dataset_id == str(dataset_id)))).first()
    return None if row is None else StoredReport(*row)


async def save(connection: AsyncConnection, dataset_id: UUID, report: StoredReport) -> None:
    """Keep this one instead of the one before."""
    values = {"state": report.state, "document": report.document, "made_at": report.made_at}
    statement = insert(reports).values(dataset_id=str(dataset_id), **values)
    await connection.execute(statement.on_duplicate_key_update(**values))


async def forget(connection: AsyncConnection, dataset_id: UUID) -> None:
    """Remove a dataset's report."""
    await connection.execute(reports.delete().where(reports.c.dataset_id == str(dataset_id)))
