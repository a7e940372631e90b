"""Reading a dataset's own tables: each statement within its time, each user within a share."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.database import error_code
from cartload_kit.database.engine import SESSION
from cartload_kit.errors import GatewayTimeout, NotFound, Unavailable
from cartload_writer.api.row_query import RowQuery
from cartload_writer.api.shares import UserShares
from cartload_writer.repository.datasets import Dataset

_TIMED_OUT = {1969, 3024, 1028, 1317}
"""MariaDB's and MySQL's own time limit, a sort that was ended by it, a statement that was killed."""

_NO_SUCH = {1049, 1146}
"""No such database, no such table: deleted between the look at its owner and the statement."""


def reading_session(seconds: float) -> str:
    """Return how the reading connections are set up: the server ends every statement after so many seconds.

    The variable has another name and unit on each server; each reads its own comment.
    """
    mariadb = f"/*M!100100 , max_statement_time = {seconds:.3f} */"
    mysql = f"/*!80000 , max_execution_time = {round(seconds * 1000)} */"
    return f"{SESSION} {mariadb} {mysql}"


class RowReader:
    """Runs row queries, so many at a time."""

    def __init__(self, engine: AsyncEngine, shares: UserShares) -> None:
        self._engine = engine
        self._shares = shares

    @property
    def shares(self) -> UserShares:
        """What each user may run at a time."""
        return self._shares

    async def rows(self, dataset: Dataset, query: RowQuery, limit: int) -> Sequence[Sequence[Any]]:
        """Return the next rows.

        Raises:
            GatewayTimeout: the statement took too long.
            NotFound: the dataset was deleted just now.
            TooManyRequests: its owner has too many queries in flight.
            Unavailable: the database does not answer, or all together ask too much.
        """
        statement = query.select(dataset.database_name, limit)
        async with self._shares.hold(dataset.owner_id), open_connection(self._engine) as connection:
            return list((await connection.execute(statement)).fetchall())


@asynccontextmanager
async def open_connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection to read with; the driver's errors become problems."""
    with translate_database_errors():
        async with engine.connect() as connection:
            yield connection


@contextmanager
def translate_database_errors() -> Iterator[None]:
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
        return GatewayTimeout("The query takes too long: narrow the filters, or sort by the filtered column.")
    if code in _NO_SUCH:
        return NotFound("The dataset is not there, or not yet.")
    return Unavailable("The database does not answer now.")
