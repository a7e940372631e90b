"""The routes of the plain endpoints."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import StreamingResponse

from cartload_gateway.plain import data, reading
from cartload_gateway.plain.services import Services
from cartload_gateway.plain.shapes import (
    TABLES,
    Credentials,
    DataCount,
    ParentJobs,
    Queued,
    Refreshed,
    Registered,
    Row,
    SignedIn,
    Written,
)
from cartload_kit.errors import Unauthorized
from cartload_kit.pagination import add_link

type OpenServices = Callable[[Request], Awaitable[Services]]
"""Admits a request and gives the services as its caller sees them."""


async def _services(request: Request) -> Services:
    opened: OpenServices = request.app.state.open_services
    return await opened(request)


async def _signed_in(request: Request) -> Services:
    if "authorization" not in request.headers:
        raise Unauthorized()
    return await _services(request)


AnyCaller = Annotated[Services, Depends(_services)]
Caller = Annotated[Services, Depends(_signed_in)]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows of one page.")]
Cursor = Annotated[str | None, Query(max_length=2048, description="Where the page begins: from `Link`.")]

router = APIRouter(tags=["plain"])


@router.post("/register", status_code=201, summary="Open an account")
async def register(services: AnyCaller, credentials: Credentials) -> Registered:
    """Open an account with a name and a password."""
    body = {"user_name": credentials.username, "password": credentials.password}
    await services.call("auth", "POST", "/api/auth/register", body=body)
    return Registered()


@router.post("/login", summary="Sign in")
async def login(services: AnyCaller, credentials: Credentials) -> SignedIn:
    """Sign in; the refresh token lives 7 days and stays the same."""
    body = {
        "user_name": credentials.username,
        "password": credentials.password,
        "refresh_in": "body",
        "session": "plain",
    }
    answer = (await services.call("auth", "POST", "/api/auth/login", body=body)).body
    return SignedIn(
        access_token=answer["access_token"],
        refresh_token=answer["refresh_token"],
        user_id=answer["user"]["id"],
    )


@router.post("/refresh", summary="Get a new access token")
async def refresh(services: AnyCaller, request: Request) -> Refreshed:
    """Get a new access token for the refresh token in `Authorization: Bearer`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthorized("Send the refresh token as Authorization: Bearer.")
    answer = await services.call("auth", "POST", "/api/auth/refresh", body={"refresh_token": token})
    return Refreshed(access_token=answer.body["access_token"])


@router.post("/write_to_db", summary="Make customers and wait for them")
async def write_to_db(services: Caller, wanted: DataCount) -> Written:
    """Make up to 1,000 customers with all that they own; the rows are in MySQL when it answers."""
    return await data.write_to_db(services, wanted.dataCount)


@router.post("/generate_raw", status_code=202, summary="Make many customers as a job")
async def generate_raw(services: Caller, wanted: DataCount, request: Request, response: Response) -> Queued:
    """Accept a job; its rows are read with `/get_raw_data` when it has ended."""
    maximum: int = request.app.state.plain_max_customers
    queued, response.headers["Location"] = await data.generate_raw(services, wanted.dataCount, maximum)
    return queued


@router.get("/get_raw_data/{parent_job_id}/{table}", summary="Read a job's rows from Blob")
async def get_raw_data(services: Caller, parent_job_id: str, table: str) -> StreamingResponse:
    """Stream all rows of one table of a finished job."""
    rows = await reading.stored_rows(services, parent_job_id, table)
    return StreamingResponse(rows, media_type="application/json")


@router.get("/list_parent_jobs", summary="List the jobs")
async def list_parent_jobs(services: Caller) -> ParentJobs:
    """List the ids of the caller's jobs, newest first."""
    return ParentJobs(parentJobIds=await reading.parent_jobs(services))


def _add_table(table: str) -> None:
    @router.get(f"/get_{table}", summary=f"Read {TABLES[table]} of the newest dataset", name=f"get_{table}")
    async def get_table(
        services: Caller, request: Request, response: Response, limit: Limit = 1000, cursor: Cursor = None
    ) -> dict[str, bool | list[Row]]:
        rows, following = await reading.newest_rows(services, table, limit, cursor)
        if following is not None:
            add_link(response.headers, request, following)
        return {"success": True, table: rows}


for _table in TABLES:
    _add_table(_table)
