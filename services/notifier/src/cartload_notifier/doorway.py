"""From a WebSocket of the web framework to a connection, and its end."""

import asyncio
import contextlib

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from cartload_kit.logging import get_logger
from cartload_notifier import metrics
from cartload_notifier.connection import Ports, serve
from cartload_notifier.feed import Feed
from cartload_notifier.origin import origin_allowed
from cartload_notifier.refusal import Gone, Reason, Refusal, TooSlow

_CLOSE_SECONDS = 2.0
_log = get_logger(__name__)


class WebSocketSocket:
    """A WebSocket as a connection sees it."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, text: str) -> None:
        """Send a message. Raises Gone when the client has left."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise Gone from error

    async def receive(self) -> str:
        """The next message. Raises Gone, and Refusal for one that is not text."""
        if self._websocket.client_state is WebSocketState.DISCONNECTED:
            raise Gone
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise Gone
        text = message.get("text")
        if text is None:
            raise Refusal(Reason.NOT_TEXT, "messages are text")
        return str(text)


class Doorway:
    """Lets connections in, at most `limit` at a time, and closes them with the right code."""

    def __init__(self, ports: Ports, feed: Feed, *, origins: tuple[str, ...], limit: int) -> None:
        self._ports = ports
        self._feed = feed
        self._origins = origins
        self._limit = limit
        self._open = 0

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a WebSocket from its handshake to its end."""
        await websocket.accept()
        self._open += 1
        metrics.CONNECTIONS.inc()
        try:
            await self._admitted(websocket)
        finally:
            self._open -= 1
            metrics.CONNECTIONS.dec()

    async def _admitted(self, websocket: WebSocket) -> None:
        try:
            if not origin_allowed(websocket.headers, self._origins):
                raise Refusal(Reason.ORIGIN, "origin not allowed")
            if self._open > self._limit:
                raise Refusal(Reason.TOO_MANY, "too many connections")
            if not self._feed.positioned:
                raise Refusal(Reason.TRY_AGAIN, "starting, connect again")
            await serve(WebSocketSocket(websocket), self._ports)
        except Refusal as refusal:
            metrics.CLOSED.labels(refusal.reason.name.lower()).inc()
            await _close(websocket, refusal)
        except Gone:
            metrics.CLOSED.labels("gone").inc()
        except TooSlow:
            metrics.CLOSED.labels("slow").inc()
            _log.info("a client did not read in time and is cut off")


async def _close(websocket: WebSocket, refusal: Refusal) -> None:
    """Say why, as far as the client still listens; the server cuts the connection soon after."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await websocket.close(refusal.reason, refusal.text)
