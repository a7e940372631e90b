"""WebSockets: the Origin is checked here, then frames pass both ways unread."""

import asyncio
import logging
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from cartload_kit.tracing import current_traceparent

FORBIDDEN_ORIGIN, TOO_MANY, GOING_AWAY, BROKEN = 4403, 4429, 1001, 1011
_SENDABLE = range(3000, 5000)
_MAX_MESSAGE_BYTES = 1024 * 1024
_OPEN_SECONDS = 5
_SEND_SECONDS = 10
_log = logging.getLogger(__name__)


def origin_allowed(origin: str | None, host: str | None, allowed: Collection[str]) -> bool:
    """Whether a page of `origin` may connect: no Origin is no browser; else a listed one, or our own host."""
    if origin is None:
        return True
    if allowed:
        return origin.lower() in allowed
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()


class WebSocketProxy:
    """Passes WebSockets on to one service; at most `limit` at a time."""

    def __init__(self, upstream: str, *, origins: Collection[str], limit: int) -> None:
        self._upstream = upstream.replace("http", "ws", 1)
        self._origins = origins
        self._free = limit

    async def forward(self, client: WebSocket) -> None:
        """Serve one connection until either side ends it."""
        await client.accept()
        headers = client.headers
        if not origin_allowed(headers.get("origin"), headers.get("host"), self._origins):
            await client.close(FORBIDDEN_ORIGIN, "origin not allowed")
        elif self._free <= 0:
            await client.close(TOO_MANY, "too many connections")
        else:
            self._free -= 1
            try:
                await self._relay(client)
            finally:
                self._free += 1

    async def _relay(self, client: WebSocket) -> None:
        address = client.client.host if client.client else "unknown"
        try:
            async with connect(
                self._upstream + client.scope["path"],
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                max_queue=4,
                open_timeout=_OPEN_SECONDS,
                close_timeout=2,
                proxy=None,
                additional_headers={"X-Forwarded-For": address, "traceparent": current_traceparent()},
            ) as service:
                await _until_either_ends(client, service)
        except (OSError, TimeoutError, WebSocketException) as error:
            _log.warning("the notifier cannot be reached: %s", type(error).__name__)
            await client.close(BROKEN, "not available now")


async def _until_either_ends(client: WebSocket, service: ClientConnection) -> None:
    inward = asyncio.create_task(_inward(client, service))
    outward = asyncio.create_task(_outward(client, service))
    try:
        await asyncio.wait({inward, outward}, return_when=asyncio.FIRST_COMPLETED)
        if not outward.done():
            await service.close()
            return
        if not inward.done():
            await client.close(_code_of(service), service.close_reason or "")
    finally:
        for task in (inward, outward):
            task.cancel()
        await asyncio.gather(inward, outward, return_exceptions=True)


async def _inward(client: WebSocket, service: ClientConnection) -> None:
    try:
        while True:
            message = await client.receive()
            if message["type"] == "websocket.disconnect":
                return
            await service.send(message.get("text") or message.get("bytes") or "")
    except (ConnectionClosed, WebSocketDisconnect):
        return


async def _outward(client: WebSocket, service: ClientConnection) -> None:
    try:
        async for message in service:
            async with asyncio.timeout(_SEND_SECONDS):
                await _send(client, message)
    except (ConnectionClosed, WebSocketDisconnect, TimeoutError):
        return


async def _send(client: WebSocket, message: str | bytes) -> None:
    if isinstance(message, str):
        await client.send_text(message)
    else:
        await client.send_bytes(message)


def _code_of(service: ClientConnection) -> int:
    code = service.close_code
    return (
        code
        if code is not None and (code in _SENDABLE or code in (1000, 1008, 1009, 1012, 1013))
        else GOING_AWAY
    )
