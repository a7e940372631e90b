"""Jobs of all users, for administrators only."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from cartload_contracts.jobs import JobView
from cartload_generator.api.dependencies import ServicesDep
from cartload_generator.api.jobs.control import cancel_for_owner
from cartload_generator.api.jobs.routes import STATES
from cartload_generator.api.jobs.schemas import JOB_EXAMPLE
from cartload_generator.domain.entities import Job
from cartload_generator.repository import jobs
from cartload_kit.database import transaction
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import (
    Cursor,
    Limit,
    States,
    cut_by_number,
    number_in,
    page_of,
    states_in,
)
from cartload_kit.pagination import Page
from cartload_kit.tokens import CurrentAdmin

router = APIRouter(prefix="/api/admin/jobs", tags=["administration"], responses=problem_answers(403))

_EXAMPLE: dict[str, Any] = {**JOB_EXAMPLE, "owner_id": "0c9f3a52-8a3f-4f0f-9d53-1f6b3a0d2c11"}
_JOB: dict[int | str, dict[str, Any]] = {202: {"content": {"application/json": {"example": _EXAMPLE}}}}


class OwnedJob(JobView):
    """A job as administrators see it."""

    owner_id: UUID

    @classmethod
    def of(cls, job: Job) -> "OwnedJob":
        """The job with its owner."""
        return cls(**job.view().model_dump(), owner_id=job.owner_id)


@router.get(
    "",
    response_model=Page[OwnedJob],
    responses=page_of(_EXAMPLE),
    summary="List the jobs of all users, newest first",
)
async def list_all_jobs(
    request: Request,
    response: Response,
    services: ServicesDep,
    _: CurrentAdmin,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OwnedJob]:
    """A page of jobs, filtered by state."""
    async with transaction(services.engine) as connection:
        found = await jobs.page(
            connection, states=states_in(state, STATES), below=number_in(cursor), limit=limit + 1
        )
    shown, following = cut_by_number(found, limit, request, response)
    return Page[OwnedJob](items=[OwnedJob.of(job) for job in shown], next=following)


@router.post(
    "/{job_id}/cancel",
    status_code=202,
    response_model=OwnedJob,
    responses=_JOB | problem_answers(409),
    summary="Cancel anybody's job",
)
async def cancel_any_job(job_id: UUID, services: ServicesDep, _: CurrentAdmin) -> OwnedJob:
    """As its owner can; the job's history says that an administrator did."""
    return OwnedJob.of(await cancel_for_owner(services, job_id))
