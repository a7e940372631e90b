"""Blob behind a SOCKS5 proxy: what goes through it, what goes direct, what is told when it lets nobody in."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from cartload_kit.proxy import DEFAULT_BYPASS, Proxy
from cartload_kit.transient_errors import is_transient
from cartload_writer.adapters.blob import BlobStore, BlobUnavailable, Part, make_container
from cartload_writer.adapters.blob_account import BlobAccount
from support.serving import closed_port
from support.socks_server import ONLY_HERE, SocksServer, socks_server

PART = Part("datasets/x/users/part-0.csv", b"id\n1\n" * 100_000, 100_000, "hash", "csv")
NOTHING = ("nothing.example",)


@pytest.fixture
async def socks(tmp_path: Path) -> AsyncIterator[SocksServer]:
    async with socks_server(tmp_path) as found:
        yield found


@pytest.fixture
def blob(blob_connection_string: str) -> dict[str, str]:
    """The fields of the connection string of the test's Azurite."""
    return dict(field.split("=", 1) for field in blob_connection_string.strip(";").split(";"))


def port_of(blob: dict[str, str]) -> int:
    return int(blob["BlobEndpoint"].split(":")[2].split("/")[0])


def known_to_the_proxy(blob: dict[str, str]) -> tuple[str, str]:
    """A name for Azurite that nobody but the proxy resolves, and a connection string with it."""
    host = f"{blob['AccountName']}.{ONLY_HERE}"
    fields = blob | {"BlobEndpoint": f"http://{host}:{port_of(blob)}"}
    return host, ";".join(f"{name}={value}" for name, value in fields.items())


async def is_stored_and_read(account: BlobAccount) -> None:
    container = f"proxy-{uuid4().hex[:12]}"
    await make_container(account, container)
    async with BlobStore.connect(account, container) as blobs:
        await blobs.put(PART)
        assert b"".join([piece async for piece in blobs.read(PART.name)]) == PART.data
        assert await blobs.delete_all("datasets/") == 1


async def test_a_part_goes_there_and_back_through_the_proxy_which_resolves_the_name(
    socks: SocksServer, blob: dict[str, str]
) -> None:
    host, text = known_to_the_proxy(blob)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(host, port_of(blob))
    await is_stored_and_read(BlobAccount(text, proxy=Proxy.parse(socks.url(), DEFAULT_BYPASS)))
    assert socks.asked() == {(host, port_of(blob))}


@pytest.mark.parametrize(("bypass", "direct"), [(NOTHING, False), (DEFAULT_BYPASS, True)])
async def test_a_host_of_the_bypass_goes_direct(
    socks: SocksServer,
    blob_connection_string: str,
    blob: dict[str, str],
    bypass: tuple[str, ...],
    direct: bool,
) -> None:
    await is_stored_and_read(BlobAccount(blob_connection_string, proxy=Proxy.parse(socks.url(), bypass)))
    assert socks.asked() == (set() if direct else {("127.0.0.1", port_of(blob))})


async def unavailable(text: str, url: str) -> str:
    """What is told when a part is to be stored through a proxy that lets nothing through."""
    async with BlobStore.connect(BlobAccount(text, proxy=Proxy.parse(url, NOTHING)), "parts") as blobs:
        with pytest.raises(BlobUnavailable) as caught:
            await blobs.put(PART)
    assert is_transient(caught.value)
    return str(caught.value)


async def test_a_wrong_password_is_one_clear_line_and_may_be_right_later(
    socks: SocksServer, blob: dict[str, str]
) -> None:
    host, text = known_to_the_proxy(blob)
    assert await unavailable(text, socks.url(password="hunter2")) == (
        f"Blob storage cannot be reached: {host}:{port_of(blob)} cannot be reached: the SOCKS5 proxy "
        f"127.0.0.1:{socks.port} refuses: username and password authentication failure; "
        "check CARTLOAD_PROXY_URL"
    )
    assert socks.asked() == set()


async def test_a_proxy_that_is_away_is_one_clear_line_and_may_be_back_later(blob: dict[str, str]) -> None:
    (host, text), port = known_to_the_proxy(blob), closed_port()
    told = await unavailable(text, f"socks5h://ada:hunter2@127.0.0.1:{port}")
    assert told.startswith(
        f"Blob storage cannot be reached: {host}:{port_of(blob)} cannot be reached: the SOCKS5 proxy "
        f"127.0.0.1:{port} cannot be reached: "
    )
    assert told.endswith("nothing listens there; check CARTLOAD_PROXY_URL")
    assert "hunter2" not in told


async def test_what_the_proxy_says_of_the_way_behind_it_is_told(socks: SocksServer) -> None:
    text = f"BlobEndpoint=http://127.0.0.1:{closed_port()}/a;SharedAccessSignature=sig=x"
    assert (await unavailable(text, socks.url())).endswith(
        f"the SOCKS5 proxy 127.0.0.1:{socks.port} says: connection refused by destination host"
    )
