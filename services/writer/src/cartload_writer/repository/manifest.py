"""What is stored of each dataset: reading the table `manifest`, which the batch transaction alone writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import INTEGER
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload.schema import BLOCK_TABLES
from cartload_contracts.model import StoredTotals, TableName
from cartload_writer.domain.states import Totals
from cartload_writer.repository.models import manifest

_COLUMNS = (
    manifest.c.table_name,
    manifest.c.chunk,
    manifest.c.row_count,
    manifest.c.row_hash,
    manifest.c.bytes,
    manifest.c.sha256,
    manifest.c.blob_name,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored batch: a part in Blob, and its rows in MySQL."""

    table: str
    chunk: int
    rows: int
    row_hash: str
    bytes: int
    sha256: str
    blob_name: str


async def totals(connection: AsyncConnection, dataset_id: UUID) -> Mapping[str, Totals]:
    """Return what is stored by table; tables without any batch are missing.

    A row hash has 128 bits, and the databases have no integers of so many: each quarter of its digits is
    added up there, exactly, as a decimal. Adding all up here would take memory for every batch of a dataset.
    """
    query = (
        sa.select(
            manifest.c.table_name,
            sa.func.sum(manifest.c.row_count),
            sa.func.sum(manifest.c.bytes),
            *(sa.func.sum(_digits(first)) for first in range(1, 33, 8)),
        )
        .where(manifest.c.dataset_id == str(dataset_id))
        .group_by(manifest.c.table_name)
    )
    return {
        name: Totals(int(rows), _joined_hash(quarters), int(size))
        for name, rows, size, *quarters in await connection.execute(query)
    }


def _digits(first: int) -> sa.ColumnElement[Any]:
    """Eight hexadecimal digits of the row hash as a number."""
    digits = sa.func.substr(manifest.c.row_hash, first, 8)
    # CONV makes text, and the sum of texts is a double: it would lose the last digits.
    return sa.cast(sa.func.conv(digits, 16, 10), INTEGER(unsigned=True))


def _joined_hash(quarters: Sequence[Decimal]) -> str:
    total = 0
    for quarter in quarters:
        total = (total << 32) + int(quarter)
    return f"{total % 2**128:032x}"


async def entries(
    connection: AsyncConnection, dataset_id: UUID, *, after: tuple[str, int] | None = None, limit: int
) -> list[Entry]:
    """Parts by table and chunk, beginning after a table and chunk."""
    query = _entries(dataset_id).order_by(manifest.c.table_name, manifest.c.chunk).limit(limit)
    if after is not None:
        table, chunk = after
        later = sa.and_(manifest.c.table_name == table, manifest.c.chunk > chunk)
        query = query.where(sa.or_(manifest.c.table_name > table, later))
    return [Entry(*row) for row in await connection.execute(query)]


async def parts(
    connection: AsyncConnection, dataset_id: UUID, table: str, *, after: int = -1, limit: int
) -> list[Entry]:
    """Parts of one table by chunk, beginning after a chunk."""
    query = _entries(dataset_id).where(manifest.c.table_name == table, manifest.c.chunk > after)
    rows = await connection.execute(query.order_by(manifest.c.chunk).limit(limit))
    return [Entry(*row) for row in rows]


async def entry(connection: AsyncConnection, dataset_id: UUID, table: str, chunk: int) -> Entry | None:
    """One part; None where there is none."""
    found = await parts(connection, dataset_id, table, after=chunk - 1, limit=1)
    return found[0] if found and found[0].chunk == chunk else None


def _entries(dataset_id: UUID) -> sa.Select[Any]:
    return sa.select(*_COLUMNS).where(manifest.c.dataset_id == str(dataset_id))


def as_message(stored: Mapping[str, Totals]) -> dict[TableName, StoredTotals]:
    """The totals as results carry them."""
    tables = {str(name): name for name in get_args(TableName.__value__)}
    return {
        tables[name]: StoredTotals(rows=found.rows, row_hash=found.row_hash, bytes=found.bytes)
        for name, found in stored.items()
    }


async def from_block(
    connection: AsyncConnection, dataset_id: UUID, first_block: int, *, limit: int
) -> list[Entry]:
    """Parts of customers' blocks from one on."""
    later = manifest.c.table_name.in_(BLOCK_TABLES) & (manifest.c.chunk >= first_block)
    query = _entries(dataset_id).where(later).order_by(manifest.c.table_name, manifest.c.chunk).limit(limit)
    return [Entry(*row) for row in await connection.execute(query)]


async def forget(connection: AsyncConnection, dataset_id: UUID, *, most: int) -> int:
    """Forget some of a dataset's parts; how many there were. All are gone when it is less than `most`."""
    some = sa.text(
        "DELETE FROM manifest WHERE dataset_id = :key ORDER BY dataset_id, table_name, chunk LIMIT :most"
    )
    return (await connection.execute(some, {"key": str(dataset_id), "most": most})).rowcount


async def remove(connection: AsyncConnection, dataset_id: UUID, gone: Sequence[Entry]) -> None:
    """Forget parts."""
    # By key and not by range: a part that was added after the caller looked must stay.
    places = [(str(dataset_id), entry.table, entry.chunk) for entry in gone]
    key = sa.tuple_(manifest.c.dataset_id, manifest.c.table_name, manifest.c.chunk)
    await connection.execute(manifest.delete().where(key.in_(places)))
