"""Connections to a database that is far away: encrypted and verified where its URL says so."""

from collections.abc import AsyncIterator
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from cartload.storage import mysql_url
from cartload_kit.database import engine
from cartload_setup import databases
from cartload_setup.accounts import Account
from cartload_writer.repository import batches
from support.certificates import loopback
from support.sql_server import encrypting_server

CIPHER = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The administrator's URL of an encrypting server, whose authority this process trusts."""
    certificate = loopback(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    async with encrypting_server(tmp_path, certificate) as url:
        yield url


async def cipher(url: str) -> str:
    """What encrypts a service's connection; empty where nothing does."""
    made = engine(url, pool_size=1)
    try:
        async with made.connect() as connection:
            return str((await connection.execute(text(CIPHER))).one()[1])
    finally:
        await made.dispose()


def bulk_cipher(url: str, database: str) -> str:
    """The same for the writer's bulk loads."""
    with batches.connect(url, database) as connection, connection.cursor() as cursor:
        cursor.execute(CIPHER)
        ((_, found),) = cursor.fetchall()
        return str(found)


def engine_cipher(url: str) -> str:
    """The same for the engine, which reads URLs by itself."""
    with (
        pymysql.connect(**mysql_url.server_arguments(url), ssl=mysql_url.tls(url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(CIPHER)
        ((_, found),) = cursor.fetchall()
        return str(found)


async def test_a_url_decides_whether_connections_are_encrypted(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account("far", "far", "away-enough")
    databases.make(f"{server}?tls=verify", [account])
    url = f"{server}far"
    assert await cipher(f"{url}?tls=verify") != ""
    assert bulk_cipher(f"{url}?tls=verify", "far") != ""
    for plain in (url, f"{url}?tls=off"):
        assert await cipher(plain) == ""
        assert bulk_cipher(plain, "far") == ""

    (tmp_path / "stranger").mkdir()
    stranger = loopback(tmp_path / "stranger")
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.chain))
    with pytest.raises(OperationalError, match=r"(?i)certificate"):
        await cipher(f"{url}?tls=verify")
    with pytest.raises(pymysql.OperationalError, match=r"(?i)certificate"):
        bulk_cipher(f"{url}?tls=verify", "far")
    with pytest.raises(pymysql.OperationalError, match=r"(?i)certificate"):
        databases.make(f"{server}?tls=verify", [account])

    # The authority that the URL names wins over those of the process.
    own = f"?tls=verify&ca={tmp_path / 'server.pem'}"
    databases.make(f"{server}{own}", [account])
    assert await cipher(f"{url}{own}") != ""
    assert bulk_cipher(f"{url}{own}", "far") != ""
    assert engine_cipher(f"{url}{own}") != ""
    with pytest.raises(OperationalError, match=r"(?i)certificate"):
        await cipher(f"{url}?tls=verify&ca={stranger.chain}")
