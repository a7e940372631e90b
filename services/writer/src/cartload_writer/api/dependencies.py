"""What routes depend on: the services, and a dataset of the caller's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload import schema
from cartload_kit.errors import Conflict, NotFound
from cartload_kit.tokens import CurrentUser
from cartload_writer.adapters.blob import BlobStore
from cartload_writer.api.row_reader import RowReader, open_connection
from cartload_writer.api.shares import UserShares
from cartload_writer.repository import datasets
from cartload_writer.repository.datasets import Dataset


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where users reach the datasets' database server; None: it is not published."""

    host: str | None
    port: int | None


@dataclass(frozen=True, slots=True)
class Services:
    """What the routes work with."""

    engine: AsyncEngine
    reader: RowReader
    blobs: BlobStore
    exports: UserShares
    downloads: UserShares
    send_seconds: float
    public: PublicAddress
    clock: Callable[[], datetime]


# All of these are coroutines: FastAPI runs a plain function in a thread, at a cost for every request.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
"""The parameter type of a route that needs the services."""


async def _owned(dataset_id: UUID, user: CurrentUser, services: ServicesDep) -> Dataset:
    async with open_connection(services.engine) as connection:
        dataset = await datasets.find(connection, dataset_id)
    # One answer for all of these: 403 would tell that there is such a dataset.
    if dataset is None or str(dataset.owner_id) != user.user_id or dataset.gone:
        raise NotFound("There is no such dataset.")
    return dataset


OwnDataset = Annotated[Dataset, Depends(_owned)]
"""The caller's dataset; another user's, a deleted and an unknown one are all 404."""


_INSTEAD_OF_ROWS = {
    True: "Download its files (`GET /api/datasets/{dataset_id}/files`),",
    False: "Read its batches from Kafka,",
}
_INSTEAD_OF_FILES = {
    True: "Export its tables (`GET /api/datasets/{dataset_id}/tables/{table}/export`),",
    False: "Read its batches from Kafka,",
}


async def _with_rows(dataset: OwnDataset) -> Dataset:
    if not dataset.has_rows:
        raise Conflict(
            f"The dataset has no tables in MySQL: its targets are {', '.join(dataset.targets)}. "
            f"{_INSTEAD_OF_ROWS[dataset.has_files]} or make a dataset with `mysql` among its targets.",
            code="dataset_without_mysql",
            targets=dataset.targets,
        )
    return dataset


DatasetWithRows = Annotated[Dataset, Depends(_with_rows)]
"""The caller's dataset with its rows in MySQL; one without them is 409."""


async def _with_files(dataset: OwnDataset) -> Dataset:
    if not dataset.has_files:
        raise Conflict(
            f"The dataset has no files: its targets are {', '.join(dataset.targets)}. "
            f"{_INSTEAD_OF_FILES[dataset.has_rows]} or make a dataset with `files` among its targets.",
            code="dataset_without_files",
            targets=dataset.targets,
        )
    return dataset


DatasetWithFiles = Annotated[Dataset, Depends(_with_files)]
"""The caller's dataset with its parts in Blob; one without them is 409."""


async def _table(table: str) -> schema.Table:
    if table not in schema.TABLE_NAMES:
        raise NotFound(f"There is no such table; there are {', '.join(schema.TABLE_NAMES)}.")
    return schema.table(table)


KnownTable = Annotated[schema.Table, Depends(_table)]
"""The table that the path names."""
