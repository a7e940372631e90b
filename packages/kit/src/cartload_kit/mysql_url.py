"""`mysql://user:password@host:port/database?tls=verify&ca=/path`: the services' one reader of such URLs.

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
    """What a URL says.

    `tls`: whether the server's certificate is verified, or nothing is encrypted. `ca`: the file of the
    authorities to verify by; None: those of the system.
    """

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    database: str
    tls: Tls
    ca: str | None = None

    @classmethod
    def parse(cls, text: str) -> "MysqlUrl":
        """Read a URL; without `?tls=` servers on other machines are verified. Files are looked into.

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
        (ca,) = options.pop("ca", [None])[-1:]
        if options or said not in (["verify"], ["off"]):
            raise ValueError(
                "nothing may follow the database but ?tls=verify, ?tls=verify&ca=/path or ?tls=off"
            )
        if ca is not None:
            _require_authorities(ca, said[0])
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(user, password, host, port, unquote(parts.path.strip("/")), cast(Tls, said[0]), ca)

    @property
    def server(self) -> str:
        """The server as `host:port`, for messages."""
        return f"{self.host}:{self.port}"

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what a client is told: to verify by `ca` or the system's authorities, or None."""
        return ssl.create_default_context(cafile=self.ca) if self.tls == "verify" else None

    def text(self, database: str) -> str:
        """Return the URL of another database on the server for the same user, `?tls=` spelled out."""
        ca = f"&ca={quote(self.ca)}" if self.ca is not None else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"mysql://{who}@{host}:{self.port}/{quote(database, safe='')}?tls={self.tls}{ca}"


def _require_authorities(path: str, tls: str) -> None:
    if tls != "verify":
        raise ValueError("?ca= is used with ?tls=verify only")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        # Of TLS too: its errors are the system's.
        raise ValueError(f"?ca={path} must be a file with certificates in PEM") from None


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
