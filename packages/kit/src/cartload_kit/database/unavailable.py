"""503 with Retry-After, not 500, while a database is away or too busy."""

from fastapi import FastAPI, Request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from cartload_kit.database.transaction import DatabaseUnavailable
from cartload_kit.errors import Unavailable
from cartload_kit.http.problems import problem_response
from cartload_kit.transient_errors import is_transient

_RETRY_AFTER_SECONDS = 2


def answer_503_when_unavailable(app: FastAPI) -> None:
    """Make ``app`` answer 503 when a route fails since the database is away; other failures stay 500."""
    for kind in (OperationalError, InterfaceError, PoolTimeout, DatabaseUnavailable):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if not is_transient(error):
        raise error
    problem = Unavailable("The database is not available now.", _RETRY_AFTER_SECONDS)
    return problem_response(problem, request.scope)
