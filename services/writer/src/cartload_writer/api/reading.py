"""Reading a dataset's own tables, each statement within its time."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.database import error_code
from cartload_kit.database.engine import SESSION
from cartload_kit.errors import GatewayTimeout, NotFound, Unavailable
from cartload_writer.api.query import Question

_TIMED_OUT = {1969, 3024, 1028, 1317}
_NO_SUCH = {1049, 1146}


def session(seconds: float) -> str:
    """How the reading connections are set up: the server ends every statement after so many seconds.

    The variable has another name and unit on each server; each reads its own comment.
    """
    mariadb = f"/*M!100100 , max_statement_time = {seconds:.3f} */"
    mysql = f"/*!80000 , max_execution_time = {round(seconds * 1000)} */"
    return f"{SESSION} {mariadb} {mysql}"


class Reader:
    """Answers questions about rows."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def rows(self, database: str, question: Question, limit: int) -> Sequence[Sequence[Any]]:
        """The next rows. Raises GatewayTimeout, NotFound (a dataset just deleted) and Unavailable."""
        async with meta(self._engine) as connection:
            result = await connection.execute(question.select(database, limit))
            return list(result.fetchall())


@asynccontextmanager
async def meta(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read with; the driver's errors become problems."""
    with driver_errors():
        async with engine.connect() as connection:
            yield connection


@contextmanager
def driver_errors() -> Iterator[None]:
    """Turn the driver's errors into problems."""
    try:
        yield
    except DBAPIError as error:
        raise _problem(error) from error
    except (TimeoutError, OSError, sa.exc.TimeoutError) as error:
        raise Unavailable("The database does not answer now.") from error


def _problem(error: DBAPIError) -> Exception:
    code = error_code(error)
    if code in _TIMED_OUT:
        return GatewayTimeout(
            "The question takes too long; narrow the filters, or sort by the filtered column."
        )
    if code in _NO_SUCH:
        return NotFound("The dataset is not there, or not yet.")
    return Unavailable("The database does not answer now.")
