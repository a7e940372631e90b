"""Builds everything the service works with; the only place that does."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from cartload_kit.concurrency import background
from cartload_kit.http.app import Lifespan
from cartload_notifier.adapters.unfinished_jobs import UnfinishedJobs, new_session
from cartload_notifier.api.connection import Dependencies, Times
from cartload_notifier.api.websocket_endpoint import WebSocketEndpoint
from cartload_notifier.consumers.job_events_consumer import JobEventsConsumer
from cartload_notifier.domain.hub import Hub
from cartload_notifier.settings import NotifierSettings

_STOP_SECONDS = 5.0


def serving(settings: NotifierSettings, *, times: Times | None = None) -> Lifespan:
    """The lifespan of the process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hub = Hub(per_user=settings.notifier_connections_user)
        events = JobEventsConsumer(settings.kafka, hub)
        lifecycle = app.state.lifecycle
        async with new_session(settings.proxy) as session:
            unfinished_jobs = UnfinishedJobs(session, settings.generator_url)
            app.state.verifier = verifier = settings.token_verifier()
            dependencies = Dependencies(
                hub=hub,
                verify=verifier.verify,
                snapshot=unfinished_jobs.unfinished,
                clock=time.monotonic,
                now=lambda: datetime.now(UTC),
                times=times or Times(),
            )
            app.state.endpoint = WebSocketEndpoint(
                dependencies,
                lambda: events.positioned,
                origins=settings.public_origins,
                limit=settings.notifier_connections,
                signing_in=settings.notifier_connections_signing_in,
            )
            app.state.checks["cartload.jobs"] = events.check

            # Called within its own task: a process that stops at once never begins it, and what was made
            # outside would then be a coroutine that nobody awaits.
            async def read_events() -> None:
                await lifecycle.supervise("job events", events.run(lifecycle.stopping))

            async with background(
                read_events(), stop=lifecycle.stopping, grace=_STOP_SECONDS, name="job events"
            ):
                yield

    return lifespan
