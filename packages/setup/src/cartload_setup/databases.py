"""Make the services' databases and users on a server, signed in as its administrator."""

import ssl
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql

from cartload_setup.accounts import Account, Server, statements

CONNECT_SECONDS = 10
AGAIN_SECONDS = 1.0
AWAY = frozenset({2002, 2003, 2005, 2006, 2013})
"""What the client says when no server answers."""


def make_patiently(admin_url: str, accounts: Sequence[Account], seconds: float) -> None:
    """As `make`, but try again for so long while the server cannot be reached."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return make(admin_url, accounts)
        except pymysql.OperationalError as error:
            if error.args[0] not in AWAY or time.monotonic() >= deadline:
                raise
        time.sleep(AGAIN_SECONDS)


def make(admin_url: str, accounts: Sequence[Account]) -> None:
    """Bring databases, users and rights to what they should be; harmless to repeat.

    `admin_url` is `mysql://user:password@host:port/`. Raises pymysql.MySQLError when the server is away or
    refuses.
    """
    with pymysql.connect(**address(admin_url), autocommit=True) as connection, connection.cursor() as cursor:
        kind = server_kind(cursor)
        for account in accounts:
            for statement in statements(account, kind):
                cursor.execute(statement)


def server_kind(cursor: Any) -> Server:
    """Return which server answers."""
    cursor.execute("SELECT VERSION()")
    (version,) = cursor.fetchone()
    return "mariadb" if "mariadb" in str(version).lower() else "mysql"


def address(url: str) -> dict[str, Any]:
    """Return what pymysql wants to be told of a server; `?tls=verify` has it verified and encrypted.

    Raises ValueError for any other option but `?tls=off`.
    """
    parts = urlsplit(url)
    if parts.query not in ("", "tls=off", "tls=verify"):
        raise ValueError("nothing may follow a database's URL but ?tls=verify or ?tls=off")
    return {
        **({"ssl": ssl.create_default_context()} if parts.query == "tls=verify" else {}),
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": CONNECT_SECONDS,
        "write_timeout": CONNECT_SECONDS,
    }
