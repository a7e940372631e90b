"""From primary keys only to the final form, table by table; what is there already is left out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload import schema
from cartload.schema import ddl
from cartload_kit.database import error_code
from cartload_writer.errors import RetryLater, explain, root_cause
from cartload_writer.repository import databases, dataset_rows

ATTEMPTS = 8
_IN_THE_WAY = {1205, 1213}
_THERE_ALREADY = {1061, 1022, 1826, 121, 1005, 1060}
_log = logging.getLogger(__name__)


async def finish(engine: AsyncEngine, database: str, side_by_side: int) -> None:
    """Add every missing key, some tables side by side, then every missing foreign key, table by table.

    Foreign keys are declared unchecked and cost nothing; side by side they would wait for their parents.
    """
    keys = [_step(table, keys=True) for table in _largest_first()]
    await run_side_by_side(engine, database, side_by_side, keys)
    foreign_keys = [_step(table, keys=False) for table in schema.TABLE_NAMES]
    await run_side_by_side(engine, database, 1, foreign_keys)


type Step = Callable[[AsyncConnection], Awaitable[None]]


async def run_side_by_side(
    engine: AsyncEngine, database: str, connections: int, steps: Iterable[Step]
) -> None:
    """Run steps on some connections, each taking the next step; the first failure ends all and is raised."""
    # One iterator for all connections: each takes the next step as soon as it is done with its own.
    waiting = iter(list(steps))

    async def one_by_one() -> None:
        async with databases.session(engine, database) as connection:
            for step in waiting:
                await step(connection)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(one_by_one())
    except BaseExceptionGroup as failed:
        raise root_cause(failed) from failed


def _largest_first() -> list[str]:
    """The longest work first, so that no connection is left alone with it at the end."""
    order = (
        "events",
        "order_item",
        "sessions",
        "order_details",
        "payment_details",
        "addresses",
        "users",
        "wishlist",
        "reviews",
    )
    return sorted(schema.TABLE_NAMES, key=lambda name: order.index(name) if name in order else len(order))


def _step(table: str, *, keys: bool) -> Step:
    work = f"while adding the {'indexes' if keys else 'foreign keys'} of {table}"

    async def step(connection: AsyncConnection) -> None:
        try:
            # Looked up before each attempt: the ALTER of a client that was killed goes on in the server, and
            # what was missing a moment ago may be there by then.
            for _ in range(ATTEMPTS):
                statement = await _missing(connection, table, keys=keys)
                if statement is None or await _tried(connection, statement):
                    return
        except DBAPIError as error:
            error.add_note(work)
            raise
        raise RetryLater(f"other sessions use {table}, so nothing can be added to it now ({work})")

    return step


async def _missing(connection: AsyncConnection, table: str, *, keys: bool) -> str | None:
    """The ALTER that adds what is not there; None when all is."""
    others = ddl.foreign_key_names(table) if keys else ddl.index_names(table)
    return next(
        iter(ddl.alter_to_final(table, {*others, *await dataset_rows.key_names(connection, table)})), None
    )


async def _tried(connection: AsyncConnection, statement: str) -> bool:
    """Whether the ALTER was done. One whose client was killed may still be running: it is waited for."""
    try:
        await connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if error_code(error) not in _IN_THE_WAY | _THERE_ALREADY:
            raise
        _log.warning("ALTER is tried again: %s", explain(error))
        return False
    return True
