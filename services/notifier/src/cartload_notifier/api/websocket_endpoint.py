"""From a WebSocket of the web framework to a connection, and its end."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from cartload_kit.http.client_address import address_from_gateway, counting_key
from cartload_kit.http.origin import is_own_origin
from cartload_kit.logging import get_logger
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.published_limits import Usage
from cartload_notifier import metrics
from cartload_notifier.api.connection import Dependencies, serve
from cartload_notifier.domain.close_codes import CloseCode, Closed, Disconnected, TooSlow

_CLOSE_SECONDS = 2.0
_log = get_logger(__name__)


class StarletteSocket:
    """A WebSocket as a connection sees it."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, text: str) -> None:
        """Send a message. Raises Disconnected when the client has left."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise Disconnected from error

    async def receive(self) -> str:
        """The next message. Raises Disconnected, and Closed for one that is not text."""
        if self._websocket.client_state is WebSocketState.DISCONNECTED:
            raise Disconnected
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise Disconnected
        text = message.get("text")
        if text is None:
            raise Closed(CloseCode.NOT_TEXT, "messages are text")
        return str(text)


class WebSocketEndpoint:
    """Lets connections in and closes them with the right code.

    At most `limit` at a time, of which `signing_in` from one address may not have said yet who they are: so
    a stranger cannot take the places of all users. `is_positioned` says whether no event is missed any more.
    """

    def __init__(
        self,
        dependencies: Dependencies,
        is_positioned: Callable[[], bool],
        *,
        origins: tuple[str, ...],
        limit: int,
        signing_in: int,
    ) -> None:
        self._dependencies = dependencies
        self._is_positioned = is_positioned
        self._origins = origins
        self._limit = limit
        self._limit_signing_in = signing_in
        self._open = 0
        self._signing_in: Counter[str] = Counter()

    def usages(self) -> dict[str, Usage]:
        """How far the limits of connections are used, by the settings' names."""
        return {
            "notifier_connections": Usage(self._limit, self._open),
            "notifier_connections_user": self._dependencies.hub.usage(),
            "notifier_connections_signing_in": Usage(
                self._limit_signing_in, max(self._signing_in.values(), default=0)
            ),
        }

    async def serve(self, websocket: WebSocket) -> None:
        """Serve a WebSocket from its handshake to its end."""
        # Accepted even if it is refused next: a browser shows a script the code of a close, and nothing of a
        # handshake that failed.
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
            if not is_own_origin(websocket.headers, self._origins):
                raise Closed(CloseCode.ORIGIN, "origin not allowed")
            if self._open > self._limit:
                LIMITS_REFUSED.labels("websockets").inc()
                raise Closed(CloseCode.TOO_MANY, "too many connections")
            if not self._is_positioned():
                raise Closed(CloseCode.TRY_AGAIN, "starting, connect again")
            address = counting_key(address_from_gateway(websocket))
            await serve(StarletteSocket(websocket), self._dependencies, self._counted(address))
        except Closed as closed:
            metrics.CLOSED.labels(closed.code.name.lower()).inc()
            await _close(websocket, closed)
        except Disconnected:
            metrics.CLOSED.labels("gone").inc()
        except TooSlow:
            # No close frame: it would wait behind what the client does not read. The server cuts the line.
            metrics.CLOSED.labels("slow").inc()
            _log.info("a client did not read in time and is cut off")

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        """Count a connection of this address that has not signed in, for the length of the block.

        Raises:
            Closed: the address has too many of them.
        """
        if self._signing_in[address] >= self._limit_signing_in:
            LIMITS_REFUSED.labels("websockets_signing_in").inc()
            raise Closed(CloseCode.TOO_MANY, "too many connections that have not signed in")
        self._signing_in[address] += 1
        try:
            yield
        finally:
            self._signing_in[address] -= 1
            if self._signing_in[address] == 0:
                del self._signing_in[address]


async def _close(websocket: WebSocket, closed: Closed) -> None:
    """Say why, as far as the client still listens; the server cuts the connection soon after."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await websocket.close(closed.code, closed.text)
