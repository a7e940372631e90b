"""Roles that serve no API: their work, and beside it health and metrics on their port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI

from cartload_kit.concurrency import background
from cartload_kit.http import ReadyCheck, create_app, serve
from cartload_kit.settings import Settings

Main = Callable[[asyncio.Event], Awaitable[None]]
"""The work of a role: runs until the event is set, then ends what it has begun and returns."""


def run(
    main: Main,
    *,
    service: str,
    settings: Settings,
    checks: Mapping[str, ReadyCheck] | None = None,
    stop_seconds: float = 16.0,
) -> None:
    """Run ``main`` until SIGTERM sets its event, with health and metrics on the port of ``settings``.

    ``service`` names the process in logs and metrics, such as ``generator-worker``. ``checks`` is read at
    each question for readiness: ``main`` fills the mapping once it has begun, and an empty one means that it
    has not. Without a mapping the role is ready at once. After SIGTERM ``main`` has ``stop_seconds`` to
    return before it is cancelled. When it raises or returns early, the process ends with code 1.
    """
    serve(build(main, service=service, checks=checks, stop_seconds=stop_seconds), settings)


def build(
    main: Main, *, service: str, checks: Mapping[str, ReadyCheck] | None = None, stop_seconds: float = 16.0
) -> FastAPI:
    """The app that ``run`` serves: ``main`` is its lifespan."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        lifecycle = app.state.lifecycle
        work = lifecycle.supervise(service, main(lifecycle.stopping))
        async with background(work, stop=lifecycle.stopping, grace=stop_seconds, name=service):
            yield

    return create_app(
        service,
        lifespan=lifespan,
        title=service,
        checks=checks,
        needs_checks=checks is not None,
        max_body=0,
        openapi_url=None,
    )
