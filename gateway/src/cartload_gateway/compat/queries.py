"""Reading data back: rows of the newest dataset from MySQL, rows of a job from Blob, the list of jobs."""

import json
from uuid import UUID

from cartload_gateway.api.streams import UpstreamStream
from cartload_gateway.compat.schemas import TABLES, Row
from cartload_gateway.compat.services import Services
from cartload_kit.errors import Conflict, NotFound

# The answer has no pages, so it has to end somewhere.
JOBS_LISTED = 10_000
_PAGE = 100


async def newest_rows(
    services: Services, table: str, limit: int, cursor: str | None
) -> tuple[list[Row], str | None]:
    """A page of the caller's newest ready dataset in MySQL, and the cursor of the next page.

    Raises:
        NotFound: the caller has no ready dataset.
    """
    query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    path = f"/api/datasets/{await _newest_with_rows(services)}/tables/{TABLES[table]}/rows"
    page = await services.call("writer", "GET", path, query=query)
    return page.body["items"], page.body["next"]


async def _newest_with_rows(services: Services) -> str:
    """The id of the newest dataset in MySQL: one that is being made, or ended incomplete, does not count."""
    query = {"state": "ready", "limit": str(_PAGE)}
    while True:
        page = (await services.call("generator", "GET", "/api/datasets", query=query)).body
        for dataset in page["items"]:
            if "mysql" in dataset["targets"]:
                return str(dataset["id"])
        if page["next"] is None:
            raise NotFound("You have no dataset yet: make one with POST /write_to_db.")
        query["cursor"] = page["next"]


async def stored_rows(services: Services, job_id: str, table: str) -> UpstreamStream:
    """The rows of a finished job, streamed out of Blob.

    Raises:
        NotFound: the caller has no such job, or there is no such table.
        Conflict: the job has not ended, or stored nothing whole.
    """
    if table not in TABLES or not _is_uuid(job_id):
        raise NotFound(f"There is no job {job_id!r} with a table {table!r}; tables are {', '.join(TABLES)}.")
    job = (await services.call("generator", "GET", f"/api/jobs/{job_id}")).body
    if job["state"] != "completed":
        raise Conflict(
            f"The job is {job['state']}: {job['rows_done']} of {job['rows_total']} rows are stored."
        )
    rows = await services.open("writer", f"/api/datasets/{job['dataset_id']}/raw/{TABLES[table]}")
    # The writer's array is put into the object as it streams by: a table may be larger than our memory.
    before = b'{"success": true, ' + json.dumps(table).encode() + b": "
    # A response that a route makes itself gets none of the headers that were set while it was admitted.
    headers = [("Content-Type", "application/json"), *services.rate_limit.items()]
    return UpstreamStream("writer", rows, 200, headers, before=before, after=b"}")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


async def parent_jobs(services: Services) -> list[str]:
    """The ids of the caller's jobs that made datasets, newest first; at most 10,000."""
    found: list[str] = []
    query = {"limit": str(_PAGE)}
    while len(found) < JOBS_LISTED:
        page = (await services.call("generator", "GET", "/api/jobs", query=query)).body
        found += [job["id"] for job in page["items"] if job["kind"] == "create"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    return found[:JOBS_LISTED]
