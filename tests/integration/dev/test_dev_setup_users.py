"""Databases and users made on a real server, as the one-shot container does it."""

import secrets
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest

from cartload_setup.__main__ import ADMIN, OWNERS, PATIENCE, make_users
from cartload_setup.accounts import Account
from cartload_setup.databases import address, make_patiently


@pytest.fixture
def accounts(mysql_url: str) -> dict[str, str]:
    """URLs of three accounts that nobody has yet, as settings."""
    server = urlsplit(mysql_url)
    place = f"{server.hostname}:{server.port}"
    name = f"setup{secrets.token_hex(4)}"
    return {
        setting: f"mysql://{name}_{owner}:{secrets.token_hex(8)}@{place}/{name}_{owner}"
        for setting, owner in OWNERS.items()
    }


def databases(url: str) -> set[str]:
    with pymysql.connect(**address(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES")
        names = {str(name) for (name,) in cursor.fetchall()}
    return {name for name in names if name.startswith("setup")}


def test_each_signs_in_and_sees_its_own(mysql_url: str, accounts: dict[str, str], tmp_path: Path) -> None:
    make_users(tmp_path, {**accounts, ADMIN: mysql_url})
    make_users(tmp_path, {**accounts, ADMIN: mysql_url})
    for url in accounts.values():
        assert databases(url) == {Account.of(url).database}


def test_a_new_password_takes_the_place_of_the_old(
    mysql_url: str, accounts: dict[str, str], tmp_path: Path
) -> None:
    make_users(tmp_path, {**accounts, ADMIN: mysql_url})
    old = accounts["CARTLOAD_AUTH_DATABASE_URL"]
    new = old.replace(Account.of(old).password, "another")
    make_users(tmp_path, {**accounts, ADMIN: mysql_url, "CARTLOAD_AUTH_DATABASE_URL": new})
    assert databases(new) == {Account.of(new).database}
    with pytest.raises(pymysql.OperationalError, match="denied"):
        databases(old)


def test_a_server_that_comes_late_is_waited_for(mysql_url: str, accounts: dict[str, str]) -> None:
    real = urlsplit(mysql_url)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        thread = threading.Thread(target=open_later, args=(door, (real.hostname, real.port)), daemon=True)
        thread.start()
        late = f"mysql://root:{real.password}@127.0.0.1:{port}/"
        url = accounts["CARTLOAD_AUTH_DATABASE_URL"]
        make_patiently(late, [Account.of(url)], 20)
        assert databases(url) == {Account.of(url).database}
    thread.join(5)


def open_later(door: socket.socket, server: tuple[str | None, int | None]) -> None:
    """Listen after a while, and let one client through to the server."""
    time.sleep(0.5)
    door.listen(1)
    client, _ = door.accept()
    with client, socket.create_connection((server[0] or "", server[1] or 0)) as behind:
        back = threading.Thread(target=pass_on, args=(behind, client), daemon=True)
        back.start()
        pass_on(client, behind)
        back.join(5)


def pass_on(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def test_a_wrong_password_is_told_at_once(mysql_url: str, accounts: dict[str, str], tmp_path: Path) -> None:
    wrong = mysql_url.replace(urlsplit(mysql_url).password or "", "wrong")
    began = time.monotonic()
    with pytest.raises(pymysql.OperationalError, match="denied"):
        make_users(tmp_path, {**accounts, ADMIN: wrong, PATIENCE: "60"})
    assert time.monotonic() - began < 20
