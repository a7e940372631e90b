"""Make the services' databases and users on a server, signed in as its administrator."""

import time
from collections.abc import Sequence
from typing import Any

import pymysql

from cartload_setup.accounts import Account, Server, statements
from cartload_setup.mysql_url import MysqlUrl

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
            # A refused password is not waited for: it will be refused the next time too.
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
    """Return what pymysql wants to be told of a server. Raises ValueError for what is no such URL."""
    read = MysqlUrl.parse(url)
    context = read.ssl_context()
    return {
        **({"ssl": context} if context is not None else {}),
        "host": read.host,
        "port": read.port,
        "user": read.user,
        "password": read.password,
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": CONNECT_SECONDS,
        "write_timeout": CONNECT_SECONDS,
    }
