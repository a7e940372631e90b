"""Builds everything the service works with; the only place that does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from cartload_kit.http.app import Lifespan
from cartload_kit.tokens import TokenVerifier
from cartload_notifier.connection import Ports, Times
from cartload_notifier.doorway import Doorway
from cartload_notifier.feed import Feed
from cartload_notifier.hub import Hub
from cartload_notifier.settings import NotifierSettings
from cartload_notifier.snapshot import Snapshots, new_session


def serving(settings: NotifierSettings, *, times: Times | None = None) -> Lifespan:
    """The lifespan of the process."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        hub = Hub(per_user=settings.notifier_connections_user)
        feed = Feed(settings.kafka_bootstrap_servers, hub)
        lifecycle = app.state.lifecycle
        async with new_session() as session:
            snapshots = Snapshots(session, settings.generator_url)
            verifier = TokenVerifier(settings.jwks_url, settings.token_issuer, settings.token_audience)
            ports = Ports(
                hub=hub,
                verify=verifier.verify,
                snapshot=snapshots.unfinished,
                clock=time.monotonic,
                now=lambda: datetime.now(UTC),
                times=times or Times(),
            )
            app.state.doorway = Doorway(
                ports, feed, origins=settings.public_origins, limit=settings.notifier_connections
            )
            app.state.checks["cartload.jobs"] = feed.check
            reading = asyncio.create_task(lifecycle.supervise("feed", feed.run(lifecycle.stopping)))
            try:
                yield
            finally:
                lifecycle.stop()
                await asyncio.wait({reading}, timeout=5)
                reading.cancel()

    return lifespan
