"""The life of one connection: who are you, the current states, then every change, until the token ends.

Three tasks: one reads, one writes (nobody else does), one watches the token. The first that ends ends all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, assert_never

from cartload_kit.concurrency import run_until_first_ends
from cartload_kit.errors import Unauthorized, Unavailable
from cartload_kit.tokens import Identity
from cartload_kit.tracing import resume
from cartload_notifier import metrics
from cartload_notifier.api.messages import Authenticate, Pong, RateLimiter, parse
from cartload_notifier.domain.close_codes import CloseCode, Closed, TooSlow
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.send_queue import SendQueue
from cartload_notifier.domain.update import Update

READY = '{"type":"ready"}'
PING = '{"type":"ping"}'


class Socket(Protocol):
    """One WebSocket, accepted. Both ways raise Disconnected when the client has left."""

    async def send(self, text: str) -> None:
        """Send a message; may wait for a client that does not read."""

    async def receive(self) -> str:
        """Wait for the next message; raises Closed for one that is not text."""


type Snapshot = Callable[[str], AsyncIterator[Update]]
"""What of the user with this token has not ended; raises Closed when that cannot be read."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    authenticate: float = 5.0
    ping: float = 20.0
    send: float = 10.0


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What connections work with. `clock` is monotonic, in seconds; `now` is the time of day in UTC."""

    hub: Hub
    verify: Callable[[str], Awaitable[Identity]]
    snapshot: Snapshot
    clock: Callable[[], float]
    now: Callable[[], datetime]
    times: Times = Times()


async def serve(
    socket: Socket, dependencies: Dependencies, signing_in: AbstractContextManager[None] | None = None
) -> None:
    """Serve a connection until it ends; it stays within `signing_in` until it is known who it is.

    Raises:
        Closed: it is to be closed with a code.
        Disconnected: the client left.
        TooSlow: the client does not read; the connection is to be cut.
    """
    rate = RateLimiter(dependencies.clock)
    with signing_in or nullcontext():
        token, identity = await _authenticate(socket, dependencies, rate)
    # Subscribed before the current states are asked for: a change in between comes by both ways, and none is
    # missed.
    with dependencies.hub.subscribed(identity.user_id) as queue:
        connection = _Connection(socket, dependencies, rate, queue, identity)
        await run_until_first_ends(connection.read(), connection.write(token), connection.watch())


async def _authenticate(
    socket: Socket, dependencies: Dependencies, rate: RateLimiter
) -> tuple[str, Identity]:
    rate.count()
    try:
        async with asyncio.timeout(dependencies.times.authenticate):
            message = parse(await socket.receive())
    except TimeoutError:
        raise Closed(CloseCode.TOKEN, "not authenticated in time") from None
    if not isinstance(message, Authenticate):
        raise Closed(CloseCode.TOKEN, "authenticate first")
    # Outside the client's time: when the public keys are slow to come, that is not the client's fault, and
    # its token must not be called bad. The verifier bounds that wait itself.
    return message.token, await _verify(dependencies, message.token)


async def _verify(dependencies: Dependencies, token: str) -> Identity:
    try:
        return await dependencies.verify(token)
    except Unauthorized as error:
        raise Closed(CloseCode.TOKEN, str(error.detail)) from error
    except Unavailable as error:
        raise Closed(CloseCode.TRY_AGAIN, str(error.detail)) from error


class _Connection:
    """A connection whose user is known."""

    def __init__(
        self,
        socket: Socket,
        dependencies: Dependencies,
        rate: RateLimiter,
        queue: SendQueue,
        identity: Identity,
    ) -> None:
        self._socket = socket
        self._dependencies = dependencies
        self._rate = rate
        self._queue = queue
        self._identity = identity
        self._renewed = asyncio.Event()
        self._acknowledge = True

    async def read(self) -> None:
        """Take messages; each authenticate prolongs the connection."""
        while True:
            message = parse(await self._socket.receive())
            self._rate.count()
            match message:
                case Authenticate():
                    self._renew(await _verify(self._dependencies, message.token))
                case Pong():
                    pass
                case _ as unreachable:
                    assert_never(unreachable)

    def _renew(self, identity: Identity) -> None:
        if identity.user_id != self._identity.user_id:
            raise Closed(CloseCode.TOKEN, "the token is another user's")
        self._identity = identity
        self._acknowledge = True
        self._renewed.set()
        self._queue.wake()

    async def watch(self) -> None:
        """Refuse when the token has ended and no other came."""
        while True:
            left = (self._identity.expires_at - self._dependencies.now()).total_seconds()
            if left <= 0:
                raise Closed(CloseCode.TOKEN, "the token has ended")
            # Cleared after the time was read, with no await between: a renewal cannot be lost here.
            self._renewed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._renewed.wait()
            except TimeoutError:
                continue

    async def write(self, token: str) -> None:
        """Say ready, then send the current states, the changes, and a ping now and then."""
        await self._acknowledged()
        async for update in self._dependencies.snapshot(token):
            self._queue.put(update)
            # Each is sent before the next is asked for: a user may have more unfinished jobs than the queue
            # holds, and would otherwise be sent away at every attempt.
            await self._send_waiting()
        ping_at = self._dependencies.clock() + self._dependencies.times.ping
        while True:
            await self._acknowledged()
            now = self._dependencies.clock()
            # The ping goes before the states: a client with many changes must hear one too.
            if now >= ping_at:
                await self._send(PING)
                ping_at = now + self._dependencies.times.ping
            elif not await self._send_waiting():
                due = self._queue.next_at()
                await self._queue.wait(min(ping_at, ping_at if due is None else due) - now)

    async def _send_waiting(self) -> bool:
        """Send the state that waits longest, if one may go now; return whether one went."""
        if (end := self._queue.end) is not None:
            raise Closed(end.code, end.text)
        waiting = self._queue.take(self._dependencies.clock())
        if waiting is None:
            return False
        with resume(waiting.traceparent, "send job state"):
            await self._send(waiting.text)
        metrics.SENT.inc()
        return True

    async def _acknowledged(self) -> None:
        if self._acknowledge:
            self._acknowledge = False
            await self._send(READY)

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._dependencies.times.send):
                await self._socket.send(text)
        except TimeoutError:
            raise TooSlow from None
