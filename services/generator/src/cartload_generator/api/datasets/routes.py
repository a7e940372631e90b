"""The routes of the datasets API."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from cartload_generator.api.datasets.delete import delete, delete_all
from cartload_generator.api.datasets.schemas import DATASET_EXAMPLE, Deleting
from cartload_generator.api.datasets.schemas import Dataset as DatasetView
from cartload_generator.api.datasets.views import view
from cartload_generator.api.dependencies import Owner, ServicesDep
from cartload_generator.api.ownership import require_own_dataset
from cartload_generator.repository import datasets, jobs
from cartload_kit.database import transaction
from cartload_kit.numbered_pages import Cursor, Limit, cut_by_number, number_in, page_of
from cartload_kit.pagination import Page

router = APIRouter(prefix="/api/datasets", tags=["datasets"])
internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only auth calls: the gateway routes nothing below /internal."""

_DATASET: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": DATASET_EXAMPLE}}}
}
State = Annotated[
    Literal["creating", "ready", "incomplete"] | None, Query(description="Only datasets in this state.")
]


@router.get(
    "",
    response_model=Page[DatasetView],
    responses=page_of(DATASET_EXAMPLE),
    summary="List your datasets, newest first",
)
async def list_datasets(
    request: Request,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    state: State = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DatasetView]:
    """A page of datasets."""
    below = number_in(cursor)
    async with transaction(services.engine) as connection:
        found = await datasets.page(
            connection, owner, states=[state] if state else [], below=below, limit=limit + 1
        )
        shown, following = cut_by_number(found, limit, request, response)
        all_jobs = await jobs.of_datasets(connection, [one.id for one in shown]) if shown else []
    items = [view(one, [job for job in all_jobs if job.dataset_id == one.id]) for one in shown]
    return Page[DatasetView](items=items, next=following)


@router.get("/{dataset_id}", response_model=DatasetView, responses=_DATASET, summary="Read a dataset")
async def read_dataset(dataset_id: UUID, services: ServicesDep, owner: Owner) -> DatasetView:
    """What a dataset is made from, and what is stored of it."""
    async with transaction(services.engine) as connection:
        dataset = require_own_dataset(await datasets.find(connection, dataset_id), owner)
        all_jobs = await jobs.of_datasets(connection, [dataset.id])
    return view(dataset, all_jobs)


@router.delete("/{dataset_id}", status_code=202, response_model=Deleting, summary="Delete a dataset")
async def delete_dataset(dataset_id: UUID, services: ServicesDep, owner: Owner) -> Deleting:
    """It is 404 from now on, while its database, files and grants are removed."""
    await delete(services, owner, dataset_id)
    return Deleting(id=dataset_id)


@internal.delete("/owner", status_code=204, summary="Delete what an account owns")
async def delete_owner(services: ServicesDep, owner: Owner) -> None:
    """Delete all datasets of the account that the token is of, and take no job from it any more."""
    await delete_all(services, owner)
