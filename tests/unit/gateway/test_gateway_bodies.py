"""Bodies that are meant to hurt: huge, compressed, nested, no JSON, or coming drop by drop."""

import asyncio
import gzip
import itertools
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest

from support.http_server import Peer, peer

MEBIBYTE = 2**20
HUGE = 100 * MEBIBYTE
PIECE = bytes(64 * 1024)
MOST_TAKEN = 32 * MEBIBYTE
"""What may leave the client before it is told: 16 MiB are drained so that it hears, the rest are buffers."""

JOBS, LOGIN, COMPAT = "/api/jobs", "/api/auth/login", "/register"


def head(path: str, **headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: h", "content-type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def chunked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    return (b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


async def send_until_cut(client: Peer, pieces: Iterable[bytes]) -> int:
    """Send as long as the server takes it, whatever it answers; gives the number of bytes."""
    sent = 0
    with suppress(ConnectionError):
        for piece in pieces:
            await client.send(piece)
            sent += len(piece)
    return sent


@pytest.mark.parametrize("path", [JOBS, LOGIN, COMPAT])
@pytest.mark.parametrize("declared", [True, False])
async def test_a_hundred_megabytes_are_refused_long_before_their_end(
    gateway: Any, path: str, declared: bool
) -> None:
    pieces = itertools.repeat(PIECE, HUGE // len(PIECE))
    async with peer(gateway.port) as client:
        size = {"content_length": str(HUGE)} if declared else {"transfer_encoding": "chunked"}
        await client.send(head(path, **gateway.bearer(), **size))
        told = asyncio.create_task(client.status())
        sent = await send_until_cut(client, pieces if declared else chunked(pieces))
        assert await told == 413
    assert sent < MOST_TAKEN
    assert gateway.services.asked == []


async def test_a_hundred_megabytes_that_are_declared_are_refused_unsent(gateway: Any) -> None:
    async with peer(gateway.port) as client:
        await client.send(head(JOBS, **gateway.bearer(), content_length=str(HUGE), expect="100-continue"))
        assert await client.status() == 413


async def test_a_gzip_bomb_is_refused_packed(gateway: Any) -> None:
    bomb = gzip.compress(bytes(50 * MEBIBYTE), 1)
    headers = {**gateway.bearer(), "Content-Encoding": "gzip", "Content-Type": "application/json"}
    for path in (JOBS, LOGIN, COMPAT):
        async with gateway.client.post(path, data=bomb, headers=headers) as answer:
            assert answer.status == 415, path
            assert answer.headers["Accept-Encoding"] == "identity"
    assert gateway.services.asked == []


BROKEN = {
    "nested": b"[" * 50_000,
    "nested objects": b'{"a":' * 10_000,
    "NaN": b'{"username": "ada", "password": NaN}',
    "Infinity": b'{"username": "ada", "password": -Infinity}',
    "1e999": b'{"username": "ada", "password": 1e999}',
    "a name twice": b'{"username": "ada", "username": "eve", "password": "correct horse"}',
    "no UTF-8": b'{"username": "\xff", "password": "correct horse"}',
    "half a surrogate pair": b'{"username": "\\ud800", "password": "correct horse"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "cut": b'{"username": "ada", "pass',
    "a list": b"[]",
    "nothing": b"",
}


async def test_the_gateways_own_endpoints_take_json_to_the_letter(gateway: Any) -> None:
    headers = {"Content-Type": "application/json"}
    for name, body in BROKEN.items():
        async with gateway.client.post(COMPAT, data=body, headers=headers) as answer:
            assert answer.status in (400, 422), name
            assert answer.content_type == "application/problem+json", name
    assert gateway.services.asked == []


@pytest.mark.parametrize("path", [JOBS, COMPAT])
async def test_a_body_that_comes_drop_by_drop_reaches_no_service(start_gateway: Any, path: str) -> None:
    gateway = await start_gateway({"body_grace_seconds": 0.2, "body_bytes_per_second": 10_000})
    async with peer(gateway.port) as client:
        await client.send(head(path, **gateway.bearer(), content_length="60000") + b"{")
        assert await client.status() == 408
    assert gateway.services.asked == []


FLOODS = {
    "many": b"\r\n".join(b"x-%d: %s" % (number, b"a" * 50) for number in range(1000)),
    "a long one": b"x-long: " + b"a" * 40_000,
    "cookies": b"cookie: " + b"a=b; " * 10_000,
    "a token": b"authorization: Bearer " + b"a" * 40_000,
}


async def test_a_flood_of_headers_is_refused(gateway: Any) -> None:
    for name, lines in FLOODS.items():
        async with peer(gateway.port) as client:
            with suppress(ConnectionError):
                await client.send(b"GET /api/jobs HTTP/1.1\r\nhost: h\r\n" + lines + b"\r\n\r\n")
            assert await client.status() == 431, name
    assert gateway.services.asked == []
