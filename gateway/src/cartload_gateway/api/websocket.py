"""WebSockets: origin and shares are checked here, then frames pass both ways unread."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ProxyError, WebSocketException
from websockets.frames import Close

from cartload_gateway.domain.limits import InFlight
from cartload_gateway.metrics import REFUSED
from cartload_kit.concurrency import cancel_all
from cartload_kit.describe_error import describe_error
from cartload_kit.http.client_address import counting_key
from cartload_kit.http.origin import is_own_origin
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.proxy import Proxy
from cartload_kit.tracing import current_traceparent

FORBIDDEN_ORIGIN, TOO_MANY, GOING_AWAY, NOT_AVAILABLE = 4403, 4429, 1001, 1011
_SENDABLE = frozenset({1000, 1003, 1007, 1008, 1009, 1011, 1012, 1013})
_FIRST_OWN_CODE = 3000
_MAX_MESSAGE_BYTES = 1024 * 1024
_OPEN_SECONDS = 5
_SEND_SECONDS = 10
_CLOSE_SECONDS = 2


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """How many WebSockets may be open."""

    total: InFlight
    """All of them; there is one key."""
    signing_in: InFlight
    """Those of one address that the service has not let in yet."""


_log = logging.getLogger(__name__)


class WebSocketProxy:
    """Passes WebSockets on to one service."""

    def __init__(
        self, upstream: str, *, origins: Collection[str], limits: SocketLimits, proxy: Proxy | None = None
    ) -> None:
        self._upstream = upstream.replace("http", "ws", 1)
        self._proxy_url = proxy.url_for(upstream) if proxy is not None else None
        self._origins = origins
        self._limits = limits

    @property
    def limits(self) -> SocketLimits:
        """The limits that it keeps."""
        return self._limits

    async def forward(self, client: WebSocket, address: str) -> None:
        """Serve one connection until either side ends it.

        A socket that is refused is accepted first: a browser's script learns the close code in no other way.
        """
        await client.accept()
        if not is_own_origin(client.headers, self._origins):
            await _refuse(client, FORBIDDEN_ORIGIN, "origin not allowed")
            return
        with contextlib.ExitStack() as release:
            closed = self._limits.total.enter("")
            if closed is None:
                LIMITS_REFUSED.labels("websockets").inc()
                await _refuse(client, TOO_MANY, "too many connections")
                return
            release.callback(closed)
            let_in = self._limits.signing_in.enter(counting_key(address))
            if let_in is None:
                LIMITS_REFUSED.labels("websockets_signing_in").inc()
                await _refuse(client, TOO_MANY, "too many connections of your address wait for their token")
                return
            once = _Once(let_in)
            release.callback(once)
            # As the client wrote it: the decoded path may hold a `?` or a space, and be another URL then.
            path = client.scope["raw_path"].decode("ascii")
            await _Relay(client, once, self._proxy_url).run(self._upstream + path, address)


class _Once:
    """Calls something the first time only."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


class _Relay:
    """One WebSocket, its counterpart at the service, and a task for each direction.

    ``on_let_in`` is called at the service's first message: it says nothing before the token was good.
    """

    def __init__(self, client: WebSocket, on_let_in: Callable[[], None], proxy_url: str | None) -> None:
        self._client = client
        self._proxy_url = proxy_url
        self._on_let_in = on_let_in
        self._service: asyncio.Future[ClientConnection] = asyncio.get_running_loop().create_future()

    async def run(self, url: str, address: str) -> None:
        # The client is listened to from the start, so that a client that leaves ends the connecting too.
        inward = asyncio.create_task(self._inward())
        outward = asyncio.create_task(self._outward(url, address))
        try:
            await asyncio.wait({inward, outward}, return_when=asyncio.FIRST_COMPLETED)
            # Either direction may notice first that the service has closed, and each knows its code.
            code, reason = (outward if outward.done() else inward).result()
            await _close(self._client, code, reason)
        finally:
            await cancel_all((inward, outward))

    async def _inward(self) -> tuple[int, str]:
        """Relay until the client leaves or the service takes no more; gives what `_outward` gives."""
        try:
            while True:
                message = await self._client.receive()
                if message["type"] == "websocket.disconnect":
                    await self._tell_service(message)
                    return GOING_AWAY, ""
                # Shielded: the future is the other task's to set, and cancelling this one must not end it.
                service = await asyncio.shield(self._service)
                text: str | None = message.get("text")
                async with asyncio.timeout(_SEND_SECONDS):
                    await service.send(message["bytes"] if text is None else text)
        except ConnectionClosed as closed:
            return _close_of(closed.rcvd)
        except TimeoutError:
            return NOT_AVAILABLE, "not available now"

    async def _tell_service(self, disconnect: Message) -> None:
        """Close at the service with the client's own code, where there is a connection to it yet."""
        if self._service.done():
            code = disconnect.get("code", GOING_AWAY)
            # 1005 and 1006 say how it ended without a code; no endpoint may send them.
            code, reason = (code, disconnect.get("reason") or "") if _may_be_sent(code) else (GOING_AWAY, "")
            await self._service.result().close(code, reason)

    async def _outward(self, url: str, address: str) -> tuple[int, str]:
        """Relay until the service closes; gives the close code and reason for the client."""
        try:
            async with connect(
                url,
                # Compressed, each connection would keep a hundred KiB more for its dictionaries.
                compression=None,
                max_size=_MAX_MESSAGE_BYTES,
                # Few messages wait for a slow client here: the service keeps only the newest state of a job.
                max_queue=4,
                open_timeout=_OPEN_SECONDS,
                close_timeout=_CLOSE_SECONDS,
                # Also where it is None: without it the library would take a proxy from the environment.
                proxy=self._proxy_url,
                additional_headers={"X-Forwarded-For": address, "traceparent": current_traceparent()},
            ) as service:
                self._service.set_result(service)
                async for message in service:
                    self._on_let_in()
                    try:
                        async with asyncio.timeout(_SEND_SECONDS):
                            await _send(self._client, message)
                    except TimeoutError:
                        return NOT_AVAILABLE, "messages are not read"
                return _close_of(service.protocol.close_rcvd)
        except ConnectionClosed as closed:
            return _close_of(closed.rcvd)
        except WebSocketDisconnect:
            return GOING_AWAY, ""
        except (OSError, TimeoutError, WebSocketException) as error:
            _log.warning("the notifier cannot be reached: %s", _reason(error))
            return NOT_AVAILABLE, "not available now"


def _reason(error: Exception) -> str:
    # The library's own text says only that it is about a proxy.
    if isinstance(error, ProxyError) and error.__cause__ is not None:
        return f"the SOCKS5 proxy says: {describe_error(error.__cause__).lower()}; check CARTLOAD_PROXY_URL"
    return describe_error(error)


async def _refuse(client: WebSocket, code: int, reason: str) -> None:
    REFUSED.labels("websocket").inc()
    await _close(client, code, reason)


async def _close(client: WebSocket, code: int, reason: str) -> None:
    """Close, as far as the client still reads; the server cuts the connection soon after."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close(code, reason)


async def _send(client: WebSocket, message: str | bytes) -> None:
    if isinstance(message, str):
        await client.send_text(message)
    else:
        await client.send_bytes(message)


def _close_of(received: Close | None) -> tuple[int, str]:
    """What the client is told: the service's own code, where an endpoint may send it."""
    if received is None or not _may_be_sent(received.code):
        return GOING_AWAY, ""
    return received.code, received.reason


def _may_be_sent(code: int) -> bool:
    """Whether an endpoint may send it (RFC 6455, 7.4); 1001 is what we say ourselves."""
    return code in _SENDABLE or code >= _FIRST_OWN_CODE
