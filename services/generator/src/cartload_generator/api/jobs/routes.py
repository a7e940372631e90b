"""The routes of the jobs API."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from cartload_contracts.jobs import JobStatus, JobView
from cartload_generator.api.dependencies import Owner, Services, ServicesDep
from cartload_generator.api.jobs.control import control
from cartload_generator.api.jobs.create import accept
from cartload_generator.api.jobs.schemas import EVENT_EXAMPLE, JOB_EXAMPLE, JobEvent, JobRequest
from cartload_generator.api.ownership import require_own_job
from cartload_generator.domain.entities import Job
from cartload_generator.domain.states import ENDED, Action
from cartload_generator.repository import jobs
from cartload_kit.database import transaction
from cartload_kit.http.openapi import problem_answers
from cartload_kit.numbered_pages import (
    Cursor,
    Limit,
    NumberPosition,
    States,
    cut_by_number,
    number_in,
    page_of,
    states_in,
)
from cartload_kit.pagination import Page, add_link

router = APIRouter(prefix="/api/jobs", tags=["jobs"])

STATES = JobStatus.__value__.__args__
_JOB: dict[str, Any] = {"content": {"application/json": {"example": JOB_EXAMPLE}}}
_LOCATION = {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}
_ACCEPTED: dict[int | str, dict[str, Any]] = {
    200: {"model": JobView, "description": "The job ended within the time asked for.", **_JOB},
    202: {"model": JobView, "description": "The job was accepted.", "headers": _LOCATION, **_JOB},
}
_ACTED: dict[int | str, dict[str, Any]] = {202: {"headers": _LOCATION, **_JOB}}


_WAIT = re.compile(r"""^wait\s*=\s*"?(\d{1,9})"?$""", re.IGNORECASE)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes a retry return the first answer instead of making another job.",
        examples=["0d9f5a0c-4be1-4f57-9a3f-2a9c8c3c2b55"],
    ),
]
Prefer = Annotated[
    list[str] | None,
    Header(
        alias="Prefer",
        description="`wait=N` (RFC 7240) holds the answer until the job ends, at most N seconds.",
        examples=["wait=10"],
    ),
]


@router.post(
    "",
    status_code=202,
    response_model=JobView,
    responses=_ACCEPTED | problem_answers(404, 409),
    summary="Make a dataset, or append to one",
)
async def create_job(
    body: JobRequest,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    idempotency_key: Key = None,
    prefer: Prefer = None,
) -> JobView:
    """Accept a job; 422 names the field, or the limit that it would pass."""
    accepted = await accept(services, owner, body, idempotency_key)
    response.headers["Location"] = f"/api/jobs/{accepted.job_id}"
    seconds = wait_seconds(prefer or [], services.wait_seconds)
    if seconds is None:
        return accepted.answer
    response.headers["Preference-Applied"] = f"wait={seconds}"

    async def look() -> JobView:
        return (await _find(services, owner, accepted.job_id)).view()

    # A repeated request gets the first answer, but one that waits asks for the end, which may be long past.
    known = await look() if accepted.repeated else accepted.answer
    job = await services.waiters.until_ended(known, look, seconds)
    if job.state in ENDED:
        response.status_code = 200
    return job


@router.get(
    "", response_model=Page[JobView], responses=page_of(JOB_EXAMPLE), summary="List your jobs, newest first"
)
async def list_jobs(
    request: Request,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    state: States = None,
    dataset_id: Annotated[UUID | None, Query(description="Only the jobs of this dataset.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[JobView]:
    """A page of jobs, filtered by state and dataset."""
    below = number_in(cursor)
    async with transaction(services.engine) as connection:
        found = await jobs.page(
            connection,
            owner_id=owner,
            states=states_in(state, STATES),
            dataset_id=dataset_id,
            below=below,
            limit=limit + 1,
        )
    shown, following = cut_by_number(found, limit, request, response)
    return Page[JobView](items=[job.view() for job in shown], next=following)


@router.get("/{job_id}", response_model=JobView, responses={200: _JOB}, summary="Read a job")
async def read_job(job_id: UUID, services: ServicesDep, owner: Owner) -> JobView:
    """The job's newest state."""
    return (await _find(services, owner, job_id)).view()


@router.get(
    "/{job_id}/events",
    response_model=Page[JobEvent],
    responses=page_of(EVENT_EXAMPLE),
    summary="Read what happened to a job",
)
async def read_events(
    job_id: UUID,
    request: Request,
    response: Response,
    services: ServicesDep,
    owner: Owner,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[JobEvent]:
    """The job's history, oldest first."""
    above = number_in(cursor) or 0
    job = await _find(services, owner, job_id)
    async with transaction(services.engine) as connection:
        found = await jobs.events(connection, job.number, above=above, limit=limit + 1)
    following = NumberPosition(n=found[limit - 1][0]).cursor if len(found) > limit else None
    if following:
        add_link(response.headers, request, following)
    items = [
        JobEvent(
            at=note.at,
            event=note.event,
            version=note.version,
            state=note.state,
            phase=note.phase,
            detail=note.detail,
        )
        for _, note in found[:limit]
    ]
    return Page[JobEvent](items=items, next=following)


def _add_action(action: Action, summary: str, meaning: str) -> None:
    async def act(job_id: UUID, response: Response, services: ServicesDep, owner: Owner) -> JobView:
        job = await control(services, owner, job_id, action)
        response.headers["Location"] = f"/api/jobs/{job.id}"
        return job.view()

    router.add_api_route(
        f"/{{job_id}}/{action}",
        act,
        methods=["POST"],
        status_code=202,
        response_model=JobView,
        responses=_ACTED | problem_answers(409),
        summary=summary,
        description=meaning,
        operation_id=f"{action}_job",
    )


_add_action(
    "cancel",
    "Cancel a job",
    "No further chunks are made. Of a new dataset, what is stored stays; an append is rolled back.",
)
_add_action("pause", "Pause a job", "No further chunks are made until it is resumed; those in flight finish.")
_add_action("resume", "Resume a paused job", "It goes on where it stopped.")
_add_action(
    "retry",
    "Retry a failed job",
    "A new dataset goes on where it failed; an append was rolled back, so it starts anew.",
)


async def _find(services: Services, owner: UUID, job_id: UUID) -> Job:
    async with transaction(services.engine) as connection:
        return require_own_job(await jobs.find(connection, job_id), owner)


def wait_seconds(prefer: list[str], most: int) -> int | None:
    """How long `Prefer: wait=N` (RFC 7240) asks an answer to wait, at most `most` seconds; None without it.

    Of several the first counts; what cannot be read is left aside, as the RFC has it.
    """
    for header in prefer:
        for preference in header.split(","):
            match = _WAIT.match(preference.split(";")[0].strip())
            if match is not None:
                return min(int(match.group(1)), most)
    return None
