"""Answers that stream: begun before the status is sent, so that a failure at the start is still a problem."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from cartload_kit.errors import NotFound, Unavailable
from cartload_writer.storage.blob import BlobUnavailable


async def begun(pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The same pieces, the first one made already. Raises what making it raises, as a problem."""
    try:
        first = await anext(pieces, b"")
    except BlobUnavailable as error:
        raise Unavailable("Blob does not answer now.") from error
    except KeyError as error:
        raise NotFound("The part is not there any more.") from error
    return _joined(first, pieces)


async def _joined(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
