"""The routes of the compat endpoints."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import JSONResponse

from cartload_gateway.compat import commands, queries
from cartload_gateway.compat.schemas import (
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
from cartload_gateway.compat.services import Services
from cartload_kit.errors import Unauthorized
from cartload_kit.pagination import add_link

type OpenServices = Callable[[Request], Awaitable[Services]]
"""Admits a request and gives the services as its caller sees them."""


access_token = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    scheme_name="access_token",
    description="An access token from sign-in.",
)
"""How the document says that a route takes an access token."""
_refresh_token = HTTPBearer(
    auto_error=False, scheme_name="refresh_token", description="The refresh token from `POST /login`."
)


async def _services(request: Request, response: Response) -> Services:
    opened: OpenServices = request.app.state.open_services
    services = await opened(request)
    response.headers.update(services.rate_limit)
    return services


async def _signed_in(
    request: Request,
    response: Response,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(access_token)],
) -> Services:
    if credentials is None:
        raise Unauthorized()
    return await _services(request, response)


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
async def refresh(
    services: AnyCaller,
    token: Annotated[HTTPAuthorizationCredentials | None, Security(_refresh_token)],
) -> Refreshed:
    """Get a new access token for the refresh token in `Authorization: Bearer`."""
    if token is None or not token.credentials:
        raise Unauthorized("Send the refresh token as Authorization: Bearer.")
    body = {"refresh_token": token.credentials, "session": "plain"}
    answer = await services.call("auth", "POST", "/api/auth/refresh", body=body)
    return Refreshed(access_token=answer.body["access_token"])


@router.post("/write_to_db", summary="Make customers and wait for them")
async def write_to_db(services: Caller, wanted: DataCount) -> Written:
    """Make up to 1,000 customers with all that they own; the rows are in MySQL when it answers."""
    return await commands.write_to_db(services, wanted.dataCount)


@router.post("/generate_raw", status_code=202, summary="Make many customers as a job")
async def generate_raw(services: Caller, wanted: DataCount, request: Request, response: Response) -> Queued:
    """Accept a job; its rows are read with `/get_raw_data` when it has ended."""
    maximum: int = request.app.state.plain_max_customers
    queued, response.headers["Location"] = await commands.generate_raw(services, wanted.dataCount, maximum)
    return queued


@router.get(
    "/get_raw_data/{parent_job_id}/{table}",
    summary="Read a job's rows from Blob",
    response_class=JSONResponse,
    responses={200: {"description": '`{"success": true, "<table>": [row, …]}`.'}},
)
async def get_raw_data(services: Caller, parent_job_id: str, table: str) -> Response:
    """Stream all rows of one table of a finished job."""
    return await queries.stored_rows(services, parent_job_id, table)


@router.get("/list_parent_jobs", summary="List the jobs")
async def list_parent_jobs(services: Caller) -> ParentJobs:
    """List the ids of the caller's jobs, newest first."""
    return ParentJobs(parentJobIds=await queries.parent_jobs(services))


def _add_table(table: str) -> None:
    @router.get(f"/get_{table}", summary=f"Read {TABLES[table]} of the newest dataset", name=f"get_{table}")
    async def get_table(
        services: Caller, request: Request, response: Response, limit: Limit = 1000, cursor: Cursor = None
    ) -> dict[str, bool | list[Row]]:
        rows, following = await queries.newest_rows(services, table, limit, cursor)
        if following is not None:
            add_link(response.headers, request, following)
        return {"success": True, table: rows}


for _table in TABLES:
    _add_table(_table)

_routes = [route for route in router.routes if isinstance(route, APIRoute)]

POST_PATHS = frozenset(route.path for route in _routes if route.methods == {"POST"})
"""A browser may navigate to these, since the UI has pages of such names; else they take POST only."""
