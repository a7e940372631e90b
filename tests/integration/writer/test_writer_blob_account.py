"""Blob without a key: by a SAS of the account or of one container, and by the identity of the platform."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import pytest
from aiohttp import web
from azure.storage.blob import (
    AccountSasPermissions,
    ContainerSasPermissions,
    ResourceTypes,
    generate_account_sas,
    generate_container_sas,
)

from cartload_writer.adapters.blob import BlobStore, BlobUnavailable, Part
from cartload_writer.adapters.blob_account import BlobAccount
from support.azurite_identities import azurite_with_identities
from support.certificates import loopback
from support.engine import ENGINE
from support.socks_server import socks_server

PART = Part("datasets/x/users/part-0.csv", b"id\n1\n", 1, "hash", "csv")


class Account:
    """The test account, with its key, as its connection string names it."""

    def __init__(self, connection_string: str) -> None:
        fields = dict(field.split("=", 1) for field in connection_string.strip(";").split(";"))
        self.name, self.key, self.url = (
            fields["AccountName"],
            fields["AccountKey"],
            fields["BlobEndpoint"].rstrip("/"),
        )

    def sas(self, minutes: int = 10) -> str:
        """A SAS of the account for the service's containers and blobs."""
        return generate_account_sas(
            self.name,
            self.key,
            ResourceTypes(container=True, object=True),
            AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True),
            datetime.now(UTC) + timedelta(minutes=minutes),
        )

    def container_sas(self, container: str) -> str:
        """A SAS of one container: it may do anything inside, and nothing with the container itself."""
        return generate_container_sas(
            self.name,
            container,
            self.key,
            permission=ContainerSasPermissions(read=True, write=True, delete=True, list=True, create=True),
            expiry=datetime.now(UTC) + timedelta(minutes=10),
        )


@pytest.fixture
def account(blob_connection_string: str) -> Account:
    return Account(blob_connection_string)


@pytest.fixture
def name() -> str:
    return f"account-{uuid4().hex[:12]}"


async def works(account: BlobAccount, container: str) -> None:
    """The container is there at the end, and parts are stored, read and removed in it."""
    async with BlobStore.connect(account, container) as blobs:
        await blobs.create_container()
        await blobs.check()
        stored = await blobs.put(PART)
        assert await blobs.put(PART) == stored
        assert b"".join([piece async for piece in blobs.read(PART.name)]) == PART.data
        assert await blobs.delete_all("datasets/") == 1
        with pytest.raises(KeyError):
            await anext(blobs.read(PART.name))


async def test_a_sas_of_the_account_is_enough(account: Account, name: str) -> None:
    await works(BlobAccount(url=account.url, sas=account.sas()), name)


async def test_a_connection_string_with_a_sas_is_enough(account: Account, name: str) -> None:
    text = f"BlobEndpoint={account.url};SharedAccessSignature={account.sas()}"
    await works(BlobAccount(text), name)


async def test_a_sas_of_a_container_is_enough_where_the_container_is_there(
    account: Account, blob_connection_string: str, name: str
) -> None:
    inside = BlobAccount(url=account.url, sas=account.container_sas(name))
    async with BlobStore.connect(inside, name) as blobs:
        with pytest.raises(BlobUnavailable, match=f"the container {name} is not there"):
            await blobs.check()
        with pytest.raises(BlobUnavailable, match=f"the container {name} is not there, and this sign-in may"):
            await blobs.create_container()
    async with BlobStore.connect(BlobAccount(blob_connection_string), name) as blobs:
        await blobs.create_container()
    await works(inside, name)


async def test_a_sas_that_has_ended_is_told_and_not_shown(account: Account, name: str) -> None:
    sas = account.sas(minutes=-10)
    async with BlobStore.connect(BlobAccount(url=account.url, sas=sas), name) as blobs:
        for call in (blobs.check, blobs.create_container):
            with pytest.raises(BlobUnavailable, match=r"403 .*check the key, the SAS and its end") as caught:
                await call()
            assert sas not in str(caught.value)
            assert "sig=" not in str(caught.value)


@asynccontextmanager
async def identity_endpoint(token: str) -> AsyncIterator[dict[str, str]]:
    """What a platform of Azure tells a process that has a managed identity; it gives this token."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.headers.get("X-IDENTITY-HEADER") != "of-the-platform":
            return web.Response(status=401)
        ends = str(int(time.time()) + 3600)
        return web.json_response(
            {"access_token": token, "expires_on": ends, "token_type": "Bearer", "resource": STORAGE}
        )

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/msi/token"
        yield {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": "of-the-platform"}
    finally:
        await runner.cleanup()


STORAGE = "https://storage.azure.com"

AS_AN_IDENTITY = """
import asyncio, sys
from cartload_kit.proxy import Proxy
from cartload_writer.adapters.blob import BlobStore, Part, make_container
from cartload_writer.adapters.blob_account import BlobAccount

async def main(account):
    await make_container(account, "cartload")
    async with BlobStore.connect(account, "cartload") as blobs:
        await blobs.check()
        await blobs.put(Part("datasets/x/users/part-0.csv", b"id\\n1\\n", 1, "hash", "csv"))
        print(b"".join([piece async for piece in blobs.read("datasets/x/users/part-0.csv")]))
        print(await blobs.delete_all("datasets/"))

proxy = Proxy.parse(sys.argv[2], ["nothing.example"]) if sys.argv[2:] else None
asyncio.run(main(BlobAccount(url=sys.argv[1], proxy=proxy)))
"""


@pytest.mark.skipif(ENGINE != "native", reason="Azurite is told of its certificate as a local process")
@pytest.mark.parametrize("through_proxy", [False, True])
async def test_the_identity_of_the_platform_is_enough(through_proxy: bool, tmp_path: Path) -> None:
    certificate = loopback(tmp_path)
    now = int(time.time())
    claims = {"aud": STORAGE, "iss": "https://sts.windows.net/t/", "iat": now, "nbf": now, "exp": now + 600}
    async with (
        azurite_with_identities(tmp_path, certificate) as url,
        # Azurite reads a token's claims and leaves its signature.
        identity_endpoint(jwt.encode(claims, "a key of this test's own, long enough", "HS256")) as told,
        socks_server(tmp_path) as socks,
    ):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
        # The SDK's transport reads the system's authorities when it is imported: hence a process.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", AS_AN_IDENTITY, url, *([socks.url()] if through_proxy else [])),
            env={**kept, **told, "SSL_CERT_FILE": str(certificate.chain)},
            stdout=PIPE,
            stderr=PIPE,
        )
        written, wrong = await asyncio.wait_for(process.communicate(), 60)
        asked = socks.asked()
    assert wrong.decode() == ""
    assert written.decode().splitlines() == [repr(PART.data), "1"]
    both = {("127.0.0.1", urlsplit(server).port) for server in (url, told["IDENTITY_ENDPOINT"])}
    assert asked == (both if through_proxy else set())
