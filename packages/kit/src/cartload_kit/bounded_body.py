"""Answers of other services, read up to a bound."""

import aiohttp

_PIECE = 65_536


class BodyTooLong(ValueError):
    """An answer has more bytes than are read of it."""


async def read_at_most(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """The whole body of an answer.

    Raises BodyTooLong, and what the client raises when the answer breaks off.
    """
    pieces, size = [], 0
    async for piece in answer.content.iter_chunked(_PIECE):
        size += len(piece)
        if size > most_bytes:
            raise BodyTooLong(f"the answer is longer than {most_bytes} bytes")
        pieces.append(piece)
    return b"".join(pieces)
