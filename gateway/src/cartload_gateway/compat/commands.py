"""Making data: a few customers at once, or many as a job."""

from typing import Any
from uuid import UUID, uuid5

from cartload_gateway.compat.schemas import BATCH_SIZE, Queued, Written
from cartload_gateway.compat.services import Services
from cartload_kit.errors import Conflict, FieldError, GatewayTimeout, Problem, Unprocessable

# As the interface is described to its clients, and below `upstream_seconds`, after which we would give up.
WAIT_SECONDS = 30
PAGE_ROWS = 1000


async def write_to_db(services: Services, count: int) -> Written:
    """Make `count` customers and answer when their rows are in MySQL.

    Raises:
        Unprocessable: more than one block; `/generate_raw` takes more.
        GatewayTimeout: the job goes on, and its Location is in the answer.
        Conflict: somebody cancelled the job.
    """
    if count > BATCH_SIZE:
        raise _too_many(count, BATCH_SIZE, "use POST /generate_raw for more")
    answer = await services.call(
        "generator",
        "POST",
        "/api/jobs",
        body={"spec": {"customers": count}},
        headers={"Prefer": f"wait={WAIT_SECONDS}"},
    )
    job = answer.body
    location = {"Location": f"/api/jobs/{job['id']}"}
    if job["state"] == "failed":
        raise Problem(500, "The job failed", job["error"] or "No reason is known.", headers=location)
    if job["state"] == "cancelled":
        raise Conflict("The job was cancelled before it ended.", headers=location)
    if job["state"] != "completed":
        raise GatewayTimeout(f"The job did not end within {WAIT_SECONDS} s; it goes on.", headers=location)
    # One page has all: a call makes at most one block, and each customer is one user.
    page = await services.call(
        "writer",
        "GET",
        f"/api/datasets/{job['dataset_id']}/tables/users/rows",
        query={"limit": str(PAGE_ROWS)},
    )
    return _written(page.body["items"], job["stage_seconds"])


async def generate_raw(services: Services, count: int, maximum: int) -> tuple[Queued, str]:
    """Accept a job of `count` customers; also gives its Location.

    Raises:
        Unprocessable: more than the configured maximum.
    """
    if count > maximum:
        raise _too_many(count, maximum, "it is the configured maximum")
    answer = await services.call("generator", "POST", "/api/jobs", body={"spec": {"customers": count}})
    job_id = answer.body["id"]
    chunks = -(-count // BATCH_SIZE)
    queued = Queued(
        parentJobId=job_id,
        # Computed, not stored: the same job gives the same ids whenever it is asked about.
        jobIds=[str(uuid5(UUID(job_id), str(block))) for block in range(chunks)],
        total_count=count,
        total_chunks=chunks,
    )
    return queued, f"/api/jobs/{job_id}"


def _written(users: list[dict[str, Any]], seconds: dict[str, float]) -> Written:
    messages = [f"your user name is : {user['user_name']}" for user in users]
    ids = [user["id"] for user in users]
    return Written(
        message=messages[-1],
        user_id=ids[-1],
        all_messages=messages,
        all_user_ids=ids,
        generation_time=seconds["generating"],
        commit_time=seconds["storing"],
    )


def _too_many(count: int, maximum: int, hint: str) -> Unprocessable:
    message = f"must be a whole number from 1 to {maximum}: {hint}"
    return Unprocessable([FieldError(field="dataCount", message=message, value=count)])
