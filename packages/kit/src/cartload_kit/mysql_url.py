"""`mysql://user:password@host:port/database?tls=verify`: the services' one reader of such URLs.

The engine (`cartload.storage.mysql_url`) and the setup (`cartload_setup.mysql_url`) have one each, with the
same default for TLS: none of the three may import another.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

type Tls = Literal["verify", "off"]

_PORT = 3306
_HINT = (
    "the host or the port cannot be read; in user and password write / # ? @ [ ] as %2F %23 %3F %40 %5B %5D"
)


@dataclass(frozen=True, slots=True)
class MysqlUrl:
    """What a URL says. `tls`: whether the server's certificate is verified, or nothing is encrypted."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    database: str
    tls: Tls

    @classmethod
    def parse(cls, text: str) -> "MysqlUrl":
        """Read a URL; without `?tls=` servers on other machines are verified.

        Raises ValueError, whose text does not show the password.
        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port or _PORT
        except ValueError:
            # What urlsplit says is left out: a / or # in the password ends the host early, and then it quotes
            # a piece of the password as the port.
            raise ValueError(f"not a mysql:// URL: {_HINT}") from None
        if parts.scheme != "mysql" or not host:
            raise ValueError(f"not a mysql:// URL: {parts.scheme or 'no scheme'}://…")
        options = parse_qs(parts.query, keep_blank_values=True)
        said = options.pop("tls", ["off" if _is_this_machine(host) else "verify"])
        if options or said not in (["verify"], ["off"]):
            raise ValueError("nothing may follow the database but ?tls=verify or ?tls=off")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(user, password, host, port, unquote(parts.path.strip("/")), cast(Tls, said[0]))

    @property
    def server(self) -> str:
        """The server as `host:port`, for messages."""
        return f"{self.host}:{self.port}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what a client is told: to verify by the system's authorities (`SSL_CERT_FILE`), or None."""
        return ssl.create_default_context() if self.tls == "verify" else None

    def text(self, database: str) -> str:
        """Return the URL of another database on the server for the same user, `?tls=` spelled out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"mysql://{who}@{host}:{self.port}/{quote(database, safe='')}?tls={self.tls}"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
