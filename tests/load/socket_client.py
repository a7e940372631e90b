"""WebSocket clients by the thousand in one process: no more for each of them than the protocol takes."""

import asyncio
import json
import random
import socket
from collections.abc import Callable

HANDSHAKE = (
    "GET /ws/jobs HTTP/1.1\r\nHost: notifier\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "X-Forwarded-For: {address}\r\n\r\n"
)
TEXT, PING = 1, 9
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0
"""Seconds between two attempts to connect, as the UI waits: doubled each time, and half of it by chance."""
SMALL_BUFFER = 2048


class SocketClient:
    """A client that signs in, reads every message, and comes back when it is dropped."""

    __slots__ = ("_address", "_on_message", "_port", "_token", "_transport", "is_ready", "reads")

    def __init__(
        self, port: int, number: int, token: str, on_message: Callable[[bytes], None], *, reads: bool
    ) -> None:
        """`number` makes its address; one that does not read stops once it is signed in."""
        self._port = port
        # As the gateway tells it: behind one, each client has an address of its own.
        self._address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        self._token = token
        self._on_message = on_message
        self.reads = reads
        self.is_ready = False
        self._transport: asyncio.Transport | None = None

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempts = 0
        while True:
            connected = await self._connect_once()
            attempts = 1 if connected else attempts + 1
            longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1))
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))

    def read_from_now_on(self) -> None:
        """Give up a connection that was never read, and read the next one."""
        self.reads = True
        if self._transport is not None:
            self._transport.abort()

    async def _connect_once(self) -> bool:
        """Be connected until the connection ends; whether the server let it in."""
        loop = asyncio.get_running_loop()
        raw = socket.socket()
        raw.setblocking(False)
        if not self.reads:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        try:
            await loop.sock_connect(raw, ("127.0.0.1", self._port))
            _, protocol = await loop.create_connection(lambda: _Protocol(self), sock=raw)
        except OSError:
            raw.close()
            return False
        was_ready = await protocol.ended
        self.is_ready = False
        return was_ready

    def received(self, transport: asyncio.Transport, payload: bytes) -> None:
        """Take one message; nothing is read after the first one by a client that does not read."""
        if not self.is_ready and payload == b'{"type":"ready"}':
            self.is_ready = True
            self._transport = transport
            if not self.reads:
                transport.pause_reading()
        else:
            self._on_message(payload)

    def handshake(self) -> bytes:
        """What is sent first: the request, and the message that says who this is."""
        return HANDSHAKE.format(address=self._address).encode()

    def authentication(self) -> bytes:
        """The first message."""
        payload = json.dumps({"type": "authenticate", "token": self._token}).encode()
        # Masked with zeros, which leave the payload as it is.
        return bytes([0x80 | TEXT, 0x80 | 126]) + len(payload).to_bytes(2) + bytes(4) + payload


class _Protocol(asyncio.Protocol):
    """One connection of a client: the handshake, then frames from the server, none of them in pieces."""

    def __init__(self, client: SocketClient) -> None:
        self._client = client
        self._buffer = bytearray()
        self._is_open = False
        self._transport: asyncio.Transport
        self._was_ready = False
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._client.handshake())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self._transport.abort()
                return
            self._is_open, self._buffer = True, rest
            self._transport.write(self._client.authentication())
        while (frame := self._next_frame()) is not None:
            opcode, payload = frame
            if opcode == TEXT:
                self._client.received(self._transport, payload)
                self._was_ready = self._was_ready or self._client.is_ready
            elif opcode != PING:
                self._transport.abort()
                return

    def _next_frame(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, at = buffer[1], 2
        if length >= 126:
            at = 4 if length == 126 else 10
            length = int.from_bytes(buffer[2:at])
        if len(buffer) < at + length:
            return None
        frame = buffer[0] & 15, bytes(buffer[at : at + length])
        del buffer[: at + length]
        return frame

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.is_ready = False
        if not self.ended.done():
            self.ended.set_result(self._was_ready)
