"""Reading the issuer's public keys: over HTTP, in bounded time, and never in the way of known keys."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cartload_kit.errors import Unavailable
from cartload_kit.jwks import FRESH_SECONDS, KeySet, http_fetch
from support import virtual_time
from support.serving import closed_port

KEYS = {"keys": [{"kid": "k1"}]}


def key(kid: str) -> dict[str, Any]:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": urlsafe_b64encode(public).decode().rstrip("=")}


@asynccontextmanager
async def answering(status: str, body: bytes, headers: str = "") -> AsyncIterator[str]:
    """The address of a server that gives every request this answer, its body in two pieces."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
        writer.write(head.encode() + body[: len(body) // 2])
        await writer.drain()
        writer.write(body[len(body) // 2 :])
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"


async def test_keys_are_read_over_http_piece_by_piece() -> None:
    many = {"keys": [{"kid": f"k{number}", "note": "x" * 1000} for number in range(60)]}
    async with answering("200 OK", json.dumps(many).encode()) as url:
        assert await http_fetch(url)() == many


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b"", json.dumps({"keys": [], "note": "x" * 65536}).encode()], ids=repr
)
async def test_what_is_no_key_set_or_longer_than_one_is_refused(body: bytes) -> None:
    async with answering("200 OK", body[:70000]) as url:
        with pytest.raises(ValueError, match="gave no key set"):
            await http_fetch(url)()


@pytest.mark.parametrize(
    ("status", "headers"), [("500 Oops", ""), ("404 Not Found", ""), ("302 Found", "Location: /keys\r\n")]
)
async def test_an_answer_that_is_not_200_gives_no_keys(status: str, headers: str) -> None:
    async with answering(status, json.dumps(KEYS).encode(), headers) as url:
        with pytest.raises((OSError, ValueError), match=url):
            await http_fetch(url)()


async def test_an_issuer_that_is_away_is_told_with_its_address() -> None:
    port = closed_port()
    with pytest.raises(OSError, match=f"127.0.0.1:{port} cannot be reached: .*nothing listens there"):
        await http_fetch(f"http://127.0.0.1:{port}/keys")()


def test_an_issuer_that_never_answers_is_waited_for_in_bounded_time(caplog: pytest.LogCaptureFixture) -> None:
    async def hang() -> dict[str, Any]:
        await asyncio.Event().wait()
        return KEYS

    async def ask() -> float:
        with pytest.raises(Unavailable):
            await KeySet(hang, clock=virtual_time.now).find("k1")
        return virtual_time.now()

    assert virtual_time.run(ask()) == pytest.approx(5, abs=0.1)
    assert "cannot read the public keys: no answer came in time" in caplog.text


def test_known_keys_are_found_while_they_are_read_again() -> None:
    found, reads = {"keys": [key("k1")]}, list[float]()

    async def fetch() -> dict[str, Any]:
        reads.append(virtual_time.now())
        if len(reads) > 1:
            await asyncio.sleep(4)
        return found

    async def ask() -> None:
        keys = KeySet(fetch, clock=virtual_time.now)
        assert await keys.find("k1") is not None
        await asyncio.sleep(FRESH_SECONDS + 1)
        reading = asyncio.create_task(keys.find("k1"))
        await asyncio.sleep(1)
        began = virtual_time.now()
        assert await keys.find("k1") is not None
        assert virtual_time.now() == began
        await reading

    virtual_time.run(ask())
    assert len(reads) == 2


def test_who_names_an_unknown_key_waits_for_the_reading_that_may_bring_it() -> None:
    reads = list[float]()

    async def fetch() -> dict[str, Any]:
        reads.append(virtual_time.now())
        await asyncio.sleep(2)
        return {"keys": [key("k1"), key("k2")]}

    async def ask() -> None:
        keys = KeySet(fetch, clock=virtual_time.now)
        first, second = asyncio.create_task(keys.find("k1")), asyncio.create_task(keys.find("k2"))
        assert await first is not None
        assert await second is not None

    virtual_time.run(ask())
    assert len(reads) == 1


@pytest.mark.parametrize(("pause", "reads"), [(0.9, 1), (1.1, 2)])
def test_before_the_first_keys_the_issuer_is_asked_every_second(pause: float, reads: int) -> None:
    asked = list[float]()

    async def fail() -> dict[str, Any]:
        asked.append(virtual_time.now())
        raise OSError("away")

    async def ask() -> None:
        keys = KeySet(fail, clock=virtual_time.now)
        for _ in range(2):
            with pytest.raises(Unavailable) as caught:
                await keys.find("k1")
            assert (caught.value.headers or {})["Retry-After"] == "1"
            await asyncio.sleep(pause)

    virtual_time.run(ask())
    assert len(asked) == reads
