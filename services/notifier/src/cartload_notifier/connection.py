"""The life of one connection: who are you, the current states, then every change, until the token ends.

Three tasks: one reads, one writes (nobody else does), one watches the token. The first that ends ends all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, assert_never

from cartload_kit.errors import Unauthorized, Unavailable
from cartload_kit.tokens import Identity
from cartload_notifier import metrics
from cartload_notifier.hub import Hub
from cartload_notifier.inbound import Authenticate, Pace, Pong, parse
from cartload_notifier.mailbox import Mailbox
from cartload_notifier.refusal import Reason, Refusal, TooSlow
from cartload_notifier.update import Update

READY = '{"type":"ready"}'
PING = '{"type":"ping"}'


class Socket(Protocol):
    """One WebSocket, accepted. Both ways raise Gone when the client has left."""

    async def send(self, text: str) -> None:
        """Send a message; may wait for a client that does not read."""

    async def receive(self) -> str:
        """Wait for the next message; raises Refusal for one that is not text."""


type Snapshot = Callable[[str], AsyncIterator[Update]]
"""The unfinished jobs of the user with this token; raises Refusal when they cannot be read."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds."""

    authenticate: float = 5.0
    ping: float = 20.0
    send: float = 10.0


@dataclass(frozen=True, slots=True)
class Ports:
    """What connections work with. `clock` is monotonic, in seconds; `now` is the time of day in UTC."""

    hub: Hub
    verify: Callable[[str], Awaitable[Identity]]
    snapshot: Snapshot
    clock: Callable[[], float]
    now: Callable[[], datetime]
    times: Times = Times()


async def serve(socket: Socket, ports: Ports) -> None:
    """Serve a connection until it ends.

    Raises:
        Refusal: it is to be closed with a code.
        Gone: the client left.
        TooSlow: the client does not read; the connection is to be cut.
    """
    pace = Pace(ports.clock)
    token, identity = await _authenticate(socket, ports, pace)
    with ports.hub.subscribed(identity.user_id) as mailbox:
        connection = _Connection(socket, ports, pace, mailbox, identity)
        await _until_one_ends(connection.read(), connection.write(token), connection.watch())


async def _authenticate(socket: Socket, ports: Ports, pace: Pace) -> tuple[str, Identity]:
    try:
        async with asyncio.timeout(ports.times.authenticate):
            pace.count()
            message = parse(await socket.receive())
            if not isinstance(message, Authenticate):
                raise Refusal(Reason.TOKEN, "authenticate first")
            return message.token, await _verify(ports, message.token)
    except TimeoutError:
        raise Refusal(Reason.TOKEN, "not authenticated in time") from None


async def _verify(ports: Ports, token: str) -> Identity:
    try:
        return await ports.verify(token)
    except Unauthorized as error:
        raise Refusal(Reason.TOKEN, str(error.detail)) from error
    except Unavailable as error:
        raise Refusal(Reason.TRY_AGAIN, str(error.detail)) from error


class _Connection:
    """A connection whose user is known."""

    def __init__(
        self, socket: Socket, ports: Ports, pace: Pace, mailbox: Mailbox, identity: Identity
    ) -> None:
        self._socket = socket
        self._ports = ports
        self._pace = pace
        self._mailbox = mailbox
        self._identity = identity
        self._renewed = asyncio.Event()
        self._acknowledge = True

    async def read(self) -> None:
        """Take messages; each authenticate prolongs the connection."""
        while True:
            message = parse(await self._socket.receive())
            self._pace.count()
            match message:
                case Authenticate():
                    self._renew(await _verify(self._ports, message.token))
                case Pong():
                    pass
                case _ as unreachable:
                    assert_never(unreachable)

    def _renew(self, identity: Identity) -> None:
        if identity.user_id != self._identity.user_id:
            raise Refusal(Reason.TOKEN, "the token is another user's")
        self._identity = identity
        self._acknowledge = True
        self._renewed.set()
        self._mailbox.wake()

    async def watch(self) -> None:
        """Refuse when the token has ended and no other came."""
        while True:
            left = (self._identity.expires_at - self._ports.now()).total_seconds()
            if left <= 0:
                raise Refusal(Reason.TOKEN, "the token has ended")
            self._renewed.clear()
            try:
                async with asyncio.timeout(left):
                    await self._renewed.wait()
            except TimeoutError:
                continue

    async def write(self, token: str) -> None:
        """Say ready, then send the current states, the changes, and a ping now and then."""
        await self._acknowledged()
        async for update in self._ports.snapshot(token):
            self._mailbox.put(update)
        ping_at = self._ports.clock() + self._ports.times.ping
        while True:
            if (end := self._mailbox.end) is not None:
                raise Refusal(end.reason, end.text)
            await self._acknowledged()
            now = self._ports.clock()
            if now >= ping_at:
                await self._send(PING)
                ping_at = now + self._ports.times.ping
            elif (waiting := self._mailbox.take(now)) is not None:
                await self._send(waiting.text)
                metrics.SENT.inc()
            else:
                due = self._mailbox.next_at()
                await self._mailbox.wait(min(ping_at, ping_at if due is None else due) - now)

    async def _acknowledged(self) -> None:
        if self._acknowledge:
            self._acknowledge = False
            await self._send(READY)

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._ports.times.send):
                await self._socket.send(text)
        except TimeoutError:
            raise TooSlow from None


async def _until_one_ends(*work: Coroutine[Any, Any, None]) -> None:
    """Run side by side until the first ends, cancel the others, and raise what it raised."""
    tasks = [asyncio.create_task(part) for part in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    next(iter(done)).result()
