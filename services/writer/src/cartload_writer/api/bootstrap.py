"""Builds the role `api` and wires it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from cartload_kit.database import check_database, database_clock
from cartload_writer import bootstrap
from cartload_writer.api.dependencies import PublicAddress, Services
from cartload_writer.api.row_reader import RowReader, reading_session
from cartload_writer.api.shares import UserShares
from cartload_writer.bootstrap import Checks
from cartload_writer.settings import ApiSettings

_ROWS_WAIT_SECONDS = 10.0
_ROWS_WAITING = 30


def row_shares(settings: ApiSettings) -> UserShares:
    """Return the shares of row queries; as they take milliseconds, some may wait."""
    return UserShares(
        settings.writer_row_queries,
        settings.writer_row_queries_user,
        "row queries",
        wait_seconds=_ROWS_WAIT_SECONDS,
        waiting_per_user=_ROWS_WAITING,
    )


def lifespan(settings: ApiSettings, checks: Checks) -> Any:
    """The lifespan of the role `api`. Fills `checks` once the clients are there."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            url = settings.writer_database_url.get_secret_value()
            meta = await bootstrap.migrated(stack, url)
            session = reading_session(settings.writer_statement_seconds)
            reading = await bootstrap.opened(
                stack,
                url,
                session=session,
                pool_size=settings.writer_row_queries,
                answer_seconds=settings.writer_statement_seconds + 5.0,
            )
            blobs = await bootstrap.blobs(stack, settings)
            bootstrap.begin(checks, mysql=partial(check_database, meta), blob=blobs.check)
            clock = await stack.enter_async_context(database_clock(meta))
            app.state.verifier = settings.token_verifier(clock.timestamp)
            app.state.services = Services(
                engine=meta,
                reader=RowReader(reading, row_shares(settings)),
                blobs=blobs,
                exports=UserShares(settings.writer_exports, settings.writer_exports_user, "exports"),
                downloads=UserShares(settings.writer_downloads, settings.writer_downloads_user, "downloads"),
                send_seconds=settings.writer_send_seconds,
                public=PublicAddress(settings.mysql_public_host, settings.mysql_public_port),
                clock=clock,
            )
            yield

    return lifespan
