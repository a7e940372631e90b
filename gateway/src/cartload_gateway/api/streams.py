"""Requests to services on behalf of a client: they end when the client leaves."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import aiohttp
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from cartload_gateway.domain.routing import Upstream
from cartload_gateway.metrics import UPSTREAM_FAILURES
from cartload_kit.concurrency import cancel_all

CHUNK_BYTES = 64 * 1024
_log = logging.getLogger(__name__)


async def unless_client_leaves[T](request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Give the result of ``work``, or cancel it when the client leaves first. The body must have been read.

    Raises:
        ClientDisconnect: the client has left.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_client_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        # The work is asked, not the client: when both ended in the same moment there is an answer, and only
        # whoever has it can close it.
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        await cancel_all((working, leaving))


async def _client_left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class UpstreamStream(StreamingResponse):
    """An answer that streams out of a service's answer.

    It ends when the client leaves: StreamingResponse listens for that, where a response that only sends
    would read its upstream to the end, because the server's ``send`` is silent after a disconnect.
    """

    def __init__(
        self,
        name: Upstream,
        upstream: aiohttp.ClientResponse,
        status: int,
        headers: list[tuple[str, str]],
        *,
        before: bytes = b"",
        after: bytes = b"",
    ) -> None:
        super().__init__(self._chunks(before, after), status)
        self._name = name
        self._upstream = upstream
        self._left = False
        # aiohttp reads headers as UTF-8 with surrogates for all other bytes: written so, each value has the
        # bytes that came, and none fails to be written.
        self.raw_headers = [
            (name.lower().encode(), value.encode(errors="surrogateescape")) for name, value in headers
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; in the end the upstream's connection goes back to its pool, or is cut."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # A connection with an unread rest cannot serve another request, and to read it to its end could
            # take a whole export.
            if self._upstream.content.at_eof():
                self._upstream.release()
            else:
                self._upstream.close()

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Note that the client has left, for `_chunks`."""
        await super().listen_for_disconnect(receive)
        self._left = True

    async def _chunks(self, before: bytes, after: bytes) -> AsyncIterator[bytes]:
        try:
            if before:
                yield before
            async for chunk in self._upstream.content.iter_chunked(CHUNK_BYTES):
                if self._left:
                    # The cancellation alone may never arrive: it waits for a moment in which this task has
                    # nothing to do, and a fast upstream leaves none once `send` returns at once.
                    return
                yield chunk
            if after:
                yield after
        except (aiohttp.ClientError, TimeoutError, RuntimeError) as error:  # aiohttp raises all of them
            UPSTREAM_FAILURES.labels(self._name, "broken").inc()
            _log.warning("%s broke off in the middle of an answer: %s", self._name, error)
            # An answer without an end is cut by the server, so that it does not look whole.
            raise ClientDisconnect from error
