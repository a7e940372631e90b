"""The newest report of each dataset: the repository of the table `reports`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import JSON
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_writer.domain.states import GONE
from cartload_writer.repository.models import datasets, reports


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report's state and its members."""

    state: Literal["running", "ready", "failed"]
    document: dict[str, Any]
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a report comes to: how many invariants, or checks of a load, were looked at and are broken."""

    dataset_id: UUID
    state: Literal["running", "ready", "failed"]
    made_at: datetime | None
    kind: Literal["seal", "full"] | None
    checked: int
    broken: int


async def find(connection: AsyncConnection, dataset_id: UUID) -> StoredReport | None:
    """The newest report; None where none was ever made."""
    query = sa.select(reports.c.state, reports.c.document, reports.c.made_at)
    row = (await connection.execute(query.where(_of(dataset_id)))).first()
    return None if row is None else StoredReport(*row)


async def verdicts(
    connection: AsyncConnection, owner_id: UUID, *, after: UUID | None, limit: int
) -> list[Verdict]:
    """What the reports of an owner's datasets come to, by the datasets' ids, beyond one of them."""
    query = (
        sa.select(
            reports.c.dataset_id,
            reports.c.state,
            reports.c.made_at,
            _member("$.kind"),
            # Reports that were stored by earlier versions have the second name.
            sa.func.coalesce(_member("$.invariants[*].ok"), _member("$.truths[*].ok"), type_=JSON),
            _member("$.checks[*].violations"),
        )
        .join(datasets, datasets.c.dataset_id == reports.c.dataset_id)
        .where(datasets.c.owner_id == str(owner_id), datasets.c.state.not_in(GONE))
        .order_by(reports.c.dataset_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(reports.c.dataset_id > str(after))
    return [_verdict(*row) for row in await connection.execute(query)]


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


def _verdict(
    dataset_id: str,
    state: Literal["running", "ready", "failed"],
    made_at: datetime | None,
    kind: Literal["seal", "full"] | None,
    invariants_hold: list[bool] | None,
    violations: list[int] | None,
) -> Verdict:
    holding = (
        (invariants_hold or []) if kind == "full" else [violations == 0 for violations in violations or []]
    )
    broken = sum(not holds for holds in holding)
    return Verdict(UUID(dataset_id), state, made_at, kind, len(holding), broken)


def _member(path: str) -> sa.ColumnElement[Any]:
    """Part of the document: the database takes it out, since a whole document has all samples and figures."""
    return sa.func.json_extract(reports.c.document, path, type_=JSON)


def _of(dataset_id: UUID) -> sa.ColumnElement[bool]:
    return reports.c.dataset_id == str(dataset_id)
