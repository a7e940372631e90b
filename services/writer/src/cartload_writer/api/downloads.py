"""Answers that stream: begun before the status is sent, and ended when nobody reads them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from cartload_kit.errors import NotFound, Unavailable
from cartload_kit.logging import get_logger
from cartload_writer.adapters.blob import BlobUnavailable

_log = get_logger(__name__)


async def start_stream(pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Return the same pieces, the first one made already: a failure at the start is still a problem.

    Raises:
        Problem: what making the first piece raises.
    """
    try:
        first = await anext(pieces, b"")
    except BlobUnavailable as error:
        raise Unavailable("Blob does not answer now.") from error
    except KeyError as error:
        raise NotFound("The part is not there any more.") from error
    joined = _joined(first, pieces)
    # Closing a generator that was never begun runs nothing of it, and `pieces` would stay open.
    await anext(joined)
    return joined


async def _joined(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(rest):
        yield b""
        yield first
        async for piece in rest:
            yield piece


class Download(StreamingResponse):
    """A stream that holds something others want too, for as long as it is read.

    It ends when the client has taken nothing for `send_seconds`, and closes what it streams in every case.
    """

    def __init__(
        self,
        pieces: AsyncGenerator[bytes],
        *,
        media_type: str,
        send_seconds: float,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(pieces, status, headers, media_type)
        self._pieces = pieces
        self._send_seconds = send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""

        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(self._send_seconds):
                    await send(message)
            except TimeoutError:
                _log.warning("nobody reads %s: ended after %g s", scope["path"], self._send_seconds)
                # Returning without an end cuts the connection, so that half a file is not taken for a whole.
                raise ClientDisconnect from None
            # A server's send returns at once when the client has gone: let who listens for that have a turn.
            await asyncio.sleep(0)

        # Left to the garbage collector, an abandoned stream would keep its place in the user's share.
        async with aclosing(self._pieces):
            await super().__call__(scope, receive, send_in_time)
