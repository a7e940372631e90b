"""503 with Retry-After, not 500, while a database is away or too busy."""

from fastapi import FastAPI, Request
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from cartload_kit.database.engine import DatabaseAway
from cartload_kit.database.retry import error_code, is_deadlock
from cartload_kit.errors import Unavailable
from cartload_kit.http.problems import problem_response

_TOO_MANY_CONNECTIONS, _SHUTDOWN, _READ_ONLY = (1040, 1203, 1226), (1053, 1927, 3168), (1290, 1836)
_STOPPED_STATEMENT = (1317, 1969, 3024)
_SERVER = frozenset((*_TOO_MANY_CONNECTIONS, *_SHUTDOWN, *_READ_ONLY, *_STOPPED_STATEMENT))
_CLIENT = range(2000, 2100)
_RETRY_AFTER_SECONDS = 2


def is_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot serve now, rather than that a statement is wrong."""
    if isinstance(error, DatabaseAway | PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = error_code(error)
    return error.connection_invalidated or is_deadlock(error) or code in _SERVER or code in _CLIENT


def answer_when_away(app: FastAPI) -> None:
    """Make ``app`` answer 503 when a route fails since the database is away; other failures stay 500."""
    for kind in (OperationalError, InterfaceError, PoolTimeout, DatabaseAway):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if not is_away(error):
        raise error
    problem = Unavailable("The database is not available now.", _RETRY_AFTER_SECONDS)
    return problem_response(problem, request.scope)
