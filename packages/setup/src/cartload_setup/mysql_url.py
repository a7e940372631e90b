"""`mysql://user:password@host:port/database?tls=verify`: the setup's one reader of such URLs.

The kit has one of its own with the same default for TLS (`cartload_kit.mysql_url`): the setup runs before
everything else and imports nothing of ours.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_HINT = "in user and password write / # ? @ [ ] as %2F %23 %3F %40 %5B %5D"


@dataclass(frozen=True)
class MysqlUrl:
    """What a URL says; `database` may be empty."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    database: str
    verify: bool
    """Whether the connection is encrypted and the server's certificate verified."""

    @classmethod
    def parse(cls, text: str) -> "MysqlUrl":
        """Read a URL; without `?tls=` servers on other machines are verified. Raises ValueError."""
        try:
            parts = urlsplit(text)
            host, port = parts.hostname or "127.0.0.1", parts.port or 3306
        except ValueError:
            # What urlsplit says is left out: a / or # in the password ends the host early, and then it quotes
            # a piece of the password as the port.
            raise ValueError(f"a database's URL cannot be read: {_HINT}") from None
        if parts.scheme != "mysql":
            raise ValueError("a database's URL is mysql://user:password@host:port/database")
        if parts.query not in ("", "tls=off", "tls=verify"):
            raise ValueError("nothing may follow a database's URL but ?tls=verify or ?tls=off")
        verify = parts.query == "tls=verify" or (not parts.query and not is_this_machine(host))
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(user, password, host, port, unquote(parts.path.strip("/")), verify)

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what a client is told: to verify by the system's authorities, or None."""
        return ssl.create_default_context() if self.verify else None


def is_this_machine(host: str) -> bool:
    """Return whether a host is reached without a network."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
