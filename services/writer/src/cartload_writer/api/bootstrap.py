"""Builds the role `api` and wires it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from cartload_kit.database import check_database
from cartload_kit.tokens import TokenVerifier
from cartload_writer import clients, database
from cartload_writer.api.access import PublicAddress, Services
from cartload_writer.api.reading import Reader
from cartload_writer.api.reading import session as reading_session
from cartload_writer.api.slots import Slots
from cartload_writer.clients import Checks, utc_now
from cartload_writer.settings import ApiSettings


def lifespan(settings: ApiSettings, checks: Checks) -> Any:
    """The lifespan of the role `api`. Fills `checks` once the clients are there."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            url = settings.writer_database_url.get_secret_value()
            meta = await database.migrated(stack, url)
            session = reading_session(settings.writer_statement_seconds)
            reading = await database.opened(stack, url, session=session)
            blobs = await clients.blobs(stack, settings)
            clients.begin(checks, mysql=partial(check_database, meta), blob=blobs.check)
            app.state.verifier = TokenVerifier(
                settings.jwks_url, settings.token_issuer, settings.token_audience
            )
            app.state.services = Services(
                engine=meta,
                reader=Reader(reading),
                blobs=blobs,
                exports=Slots(settings.writer_exports, "exports"),
                public=PublicAddress(settings.mysql_public_host, settings.mysql_public_port),
                clock=utc_now,
            )
            yield

    return lifespan
