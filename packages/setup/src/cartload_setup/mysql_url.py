"""`mysql://user:password@host:port/database?tls=verify&ca=/path`: the setup's one reader of such URLs.

The kit has one of its own with the same default for TLS (`cartload_kit.mysql_url`): the setup runs before
everything else and imports nothing of ours.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

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
    ca: str | None = None
    """The file of the authorities to verify by; None: those of the system."""

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
        options = parse_qs(parts.query, keep_blank_values=True)
        said = options.pop("tls", ["off" if is_this_machine(host) else "verify"])
        (ca,) = options.pop("ca", [None])[-1:]
        if options or said not in (["verify"], ["off"]):
            raise ValueError(
                "nothing may follow a database's URL but ?tls=verify, ?tls=verify&ca=/path or ?tls=off"
            )
        verify = said == ["verify"]
        if ca is not None:
            _require_authorities(ca, verify=verify)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(user, password, host, port, unquote(parts.path.strip("/")), verify, ca)

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return what a client is told: to verify by `ca` or the system's authorities, or None."""
        return ssl.create_default_context(cafile=self.ca) if self.verify else None


def _require_authorities(path: str, *, verify: bool) -> None:
    if not verify:
        raise ValueError("?ca= is used with ?tls=verify only")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        # Of TLS too: its errors are the system's.
        raise ValueError(f"?ca={path} must be a file with certificates in PEM") from None


def is_this_machine(host: str) -> bool:
    """Return whether a host is reached without a network."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
