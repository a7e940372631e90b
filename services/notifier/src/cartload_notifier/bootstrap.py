"""Builds everything the service works with; the only place that does."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from cartload_contracts import topics
from cartload_contracts.envelope import JOB_STATES, STREAM_STATES
from cartload_kit.concurrency import background, run_until_first_ends
from cartload_kit.http.app import Lifespan
from cartload_notifier.adapters.unfinished import Unfinished, new_session
from cartload_notifier.api.connection import Dependencies, Times
from cartload_notifier.api.websocket_endpoint import WebSocketEndpoint
from cartload_notifier.consumers.state_consumer import StateConsumer
from cartload_notifier.domain.hub import Hub
from cartload_notifier.settings import NotifierSettings

_STOP_SECONDS = 5.0


def serving(settings: NotifierSettings, *, times: Times | None = None) -> Lifespan:
    """The lifespan of the process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hub = Hub(per_user=settings.notifier_connections_user)
        readers = (
            StateConsumer(settings.kafka, hub, topics.JOBS, JOB_STATES),
            StateConsumer(settings.kafka, hub, topics.STREAMS, STREAM_STATES),
        )
        lifecycle = app.state.lifecycle
        async with new_session(settings.proxy) as session:
            unfinished = Unfinished(session, settings.generator_url)
            app.state.verifier = verifier = settings.token_verifier()
            dependencies = Dependencies(
                hub=hub,
                verify=verifier.verify,
                snapshot=unfinished.of_user,
                clock=time.monotonic,
                now=lambda: datetime.now(UTC),
                times=times or Times(),
            )
            app.state.endpoint = WebSocketEndpoint(
                dependencies,
                lambda: all(reader.positioned for reader in readers),
                origins=settings.public_origins,
                limit=settings.notifier_connections,
                signing_in=settings.notifier_connections_signing_in,
            )
            app.state.checks.update({reader.topic: reader.check for reader in readers})

            # Called within its own task: a process that stops at once never begins it, and what was made
            # outside would then be a coroutine that nobody awaits.
            async def read_states() -> None:
                reading = [reader.run(lifecycle.stopping) for reader in readers]
                await lifecycle.supervise("states", run_until_first_ends(*reading))

            async with background(read_states(), stop=lifecycle.stopping, grace=_STOP_SECONDS, name="states"):
                yield

    return lifespan
