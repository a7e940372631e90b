"""One transaction, from begin to commit, that neither a cancellation nor an error leaves half done."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload_kit.describe_error import describe_error

log = logging.getLogger(__name__)

OPEN_SECONDS = 2.0
"""How long a transaction may take to begin: to wait for a connection, and for the server's first answer."""

_finishing: set[asyncio.Task[Any]] = set()
"""Keeps tasks alive whose waiter was cancelled, until they are done."""


class DatabaseUnavailable(ConnectionError):
    """The database does not answer; the text says why, without the password."""


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Run the block in one transaction: committed at its end, rolled back when it raises.

    Once begun, the commit is carried through even if the caller is cancelled meanwhile; the caller then
    still gets its CancelledError. A block that is cancelled loses its connection (the server rolls back),
    since nobody knows how far its statement got. The connection always goes back.

    Raises DatabaseUnavailable when it has not begun within two seconds.
    """
    connection = await _open(engine)
    try:
        yield connection
    except BaseException as error:
        # Not an Exception means cancelled: a statement may be unanswered, and the connection is of no use.
        await _to_the_end(_undo(connection, broken=not isinstance(error, Exception)))
        raise
    await _to_the_end(_commit(connection))


async def _open(engine: AsyncEngine) -> AsyncConnection:
    # A task of its own: when opening is cancelled halfway, SQLAlchemy can lose the connection for its pool.
    opening = asyncio.create_task(_begin(engine))
    try:
        begun, _ = await asyncio.wait({opening}, timeout=OPEN_SECONDS)
    except asyncio.CancelledError:
        _keep(asyncio.create_task(_discard(opening)))
        raise
    if not begun:
        _keep(asyncio.create_task(_discard(opening)))
        raise DatabaseUnavailable(f"no connection within {OPEN_SECONDS:g} s")
    return opening.result()


async def _begin(engine: AsyncEngine) -> AsyncConnection:
    connection = await engine.connect()
    try:
        await connection.begin()
    except BaseException:
        await connection.close()
        raise
    return connection


async def _discard(opening: asyncio.Task[AsyncConnection]) -> None:
    try:
        connection = await opening
    except (SQLAlchemyError, OSError) as error:
        log.debug("nothing to give back: %s", describe_error(error))
    else:
        await _undo(connection, broken=False)


async def _commit(connection: AsyncConnection) -> None:
    try:
        await connection.commit()
    except BaseException:
        await _undo(connection, broken=False)
        raise
    await connection.close()


async def _undo(connection: AsyncConnection, *, broken: bool) -> None:
    try:
        if broken:
            await connection.invalidate()
        else:
            await connection.rollback()
    except (SQLAlchemyError, OSError) as error:
        log.warning("rollback failed, the connection is dropped: %s", describe_error(error))
        await connection.invalidate()
    finally:
        await connection.close()


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Carry the work through even when the caller is cancelled, and only then pass the cancellation on."""
    task = asyncio.create_task(work)
    _keep(task)
    cancelled: asyncio.CancelledError | None = None
    # A loop, because a caller can be cancelled again and again, and each time `shield` gives up waiting.
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:  # noqa: BLE001 - raised below, from the task itself
            break
    if cancelled is not None:
        # The caller gets its cancellation, so a failure would be lost if it were not logged.
        if not task.cancelled() and task.exception() is not None:
            log.warning("failed while being cancelled", exc_info=task.exception())
        raise cancelled
    task.result()


def _keep(task: asyncio.Task[Any]) -> None:
    _finishing.add(task)
    task.add_done_callback(_finishing.discard)
