"""What is known of each dataset: the repository of the table `datasets`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cartload_contracts.model import TargetName
from cartload_writer.domain import states
from cartload_writer.domain.states import GONE, Format, Ids, LoadMode, State
from cartload_writer.repository.models import datasets


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as the writer keeps it. `load_mode` deferred: the tables have primary keys only.

    A database of its name is there only if the dataset has rows.
    """

    dataset_id: UUID
    owner_id: UUID
    database_name: str
    state: State
    load_mode: LoadMode
    ids: Ids
    format: Format
    spec: dict[str, Any]
    spec_hash: str
    vintage: int
    segments: list[dict[str, int]]
    targets: tuple[TargetName, ...]
    created_at: datetime

    @property
    def gone(self) -> bool:
        """Whether it is deleted or about to be."""
        return self.state in GONE

    @property
    def has_rows(self) -> bool:
        """Whether its rows are in MySQL."""
        return states.has_rows(self.targets)

    @property
    def has_files(self) -> bool:
        """Whether its parts are in Blob."""
        return states.has_files(self.targets)


async def find(connection: AsyncConnection, dataset_id: UUID, *, lock: bool = False) -> Dataset | None:
    """The dataset, with its row locked for the transaction if `lock`; None where there never was one."""
    query = sa.select(datasets).where(datasets.c.dataset_id == str(dataset_id))
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return None if row is None else _dataset(row)


async def of_owner(connection: AsyncConnection, owner_id: UUID) -> list[Dataset]:
    """Every dataset of an owner that is not deleted or about to be."""
    query = sa.select(datasets).where(datasets.c.owner_id == str(owner_id), datasets.c.state.not_in(GONE))
    return [_dataset(row) for row in (await connection.execute(query)).mappings()]


async def insert(connection: AsyncConnection, dataset: Dataset) -> None:
    """Record a new dataset."""
    values = {
        column.name: getattr(dataset, column.name) for column in datasets.c if column.name != "updated_at"
    }
    values |= {"dataset_id": str(dataset.dataset_id), "owner_id": str(dataset.owner_id)}
    await connection.execute(datasets.insert().values(**values, updated_at=dataset.created_at))


async def update(connection: AsyncConnection, dataset_id: UUID, now: datetime, **values: object) -> None:
    """Change some columns of a dataset."""
    statement = datasets.update().where(datasets.c.dataset_id == str(dataset_id))
    await connection.execute(statement.values(**values, updated_at=now))


def _dataset(row: sa.RowMapping) -> Dataset:
    values = {name: row[name] for name in Dataset.__dataclass_fields__}
    values |= {"dataset_id": UUID(row["dataset_id"]), "owner_id": UUID(row["owner_id"])}
    return Dataset(**values)
