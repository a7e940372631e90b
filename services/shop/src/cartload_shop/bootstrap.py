"""Where the role `api` builds its clients and wires them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from cartload_kit.database import check_database, database_clock, engine, require_migrated
from cartload_kit.http import ReadyCheck, serve
from cartload_shop import app as api
from cartload_shop.adapters.datasets import Datasets, new_session
from cartload_shop.api.dependencies import Services
from cartload_shop.repository.models import MIGRATIONS
from cartload_shop.settings import ApiSettings


def run_api(settings: ApiSettings) -> None:
    """Serve the role `api` until SIGTERM."""
    checks: dict[str, ReadyCheck] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _open_api(app, settings, checks):
            yield

    serve(api.build(lifespan, checks), settings)


@asynccontextmanager
async def _open_api(
    app: FastAPI, settings: ApiSettings, checks: dict[str, ReadyCheck]
) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        database = engine(settings.shop_database_url.get_secret_value(), pool_size=settings.shop_pool)
        stack.push_async_callback(database.dispose)
        await require_migrated(database, MIGRATIONS)
        clock = await stack.enter_async_context(database_clock(database))
        session = await stack.enter_async_context(new_session(settings.proxy))
        app.state.verifier = settings.token_verifier(clock.timestamp)
        app.state.services = Services(
            engine=database,
            datasets=Datasets(session, settings.generator_url, settings.writer_url),
            user_shops=settings.user_shops,
            clock=clock,
        )
        checks["database"] = lambda: check_database(database)
        yield
