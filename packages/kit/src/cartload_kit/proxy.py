"""The SOCKS5 proxy that HTTP clients go through: how it is named, and which hosts go direct all the same.

Every client of every service asks here, and `cartload_kit.proxy_connector` does what this says for aiohttp.
Kafka and MySQL are not HTTP and never go through it.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, unquote, urlsplit

DEFAULT_BYPASS = ("localhost", "127.0.0.0/8", "::1", "*.blob.core.windows.net")
"""What goes direct unless a setting says otherwise: this machine, and Azure's own Blob endpoints."""

_MOST_BYTES = 255
"""Of a user name and of a password in the protocol (RFC 1929)."""
_FORM = (
    "must look like socks5://user:password@host:port, or socks5h://… where the proxy resolves names; leave "
    "user:password@ out where it asks for none, and write / # ? @ : in them as %2F %23 %3F %40 %3A"
)
_LABEL = r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")

type _Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type _Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Bypass:
    """The hosts that go direct: by their names, by the ends of their names, by the networks they are in."""

    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    networks: tuple[_Network, ...] = ()

    @classmethod
    def parse(cls, patterns: Iterable[str]) -> Self:
        """Read patterns: `name`, `*.suffix`, `address`, `address/bits`. Raises ValueError for another."""
        names: set[str] = set()
        suffixes: list[str] = []
        networks: list[_Network] = []
        for pattern in patterns:
            lower = pattern.lower()
            if (network := _network(lower)) is not None:
                networks.append(network)
            elif lower.startswith("*.") and _is_host_name(lower[2:]):
                suffixes.append(lower[1:])
            elif _is_host_name(lower):
                names.add(lower)
            else:
                raise ValueError(
                    f"{pattern!r} must be a host name, *.suffix, an address or a network such as 10.0.0.0/8, "
                    "without scheme and port"
                )
        return cls(frozenset(names), tuple(suffixes), tuple(networks))

    def __contains__(self, host: str) -> bool:
        # Names are not resolved for this: what an address in a network is called stays the proxy's to know.
        if (address := _address(host)) is not None:
            return any(address in network for network in self.networks)
        return host in self.names or host.endswith(self.suffixes)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A SOCKS5 proxy. `remote_names`: it resolves the names of hosts, instead of this process."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    remote_names: bool = False
    bypass: Bypass = Bypass()

    @classmethod
    def parse(cls, url: str, bypass: Iterable[str] = ()) -> Self:
        """Read a URL and the patterns of `Bypass.parse`. Raises ValueError, without the password in it."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            # What urlsplit says is left out: it may quote a piece of the password as the port.
            raise ValueError(_FORM) from None
        rest = parts.path.strip("/") or parts.query or parts.fragment
        if parts.scheme not in ("socks5", "socks5h") or not host or not port or rest:
            raise ValueError(_FORM)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise ValueError("must have both a user and a password before the @, or neither")
        if max(len(user.encode()), len(password.encode())) > _MOST_BYTES:
            raise ValueError(f"must have a user and a password of at most {_MOST_BYTES} bytes each")
        return cls(host, port, user, password, parts.scheme == "socks5h", Bypass.parse(bypass))

    @property
    def server(self) -> str:
        """The proxy as `host:port`, for messages."""
        return f"{self._host_in_url}:{self.port}"

    def goes_direct(self, host: str) -> bool:
        """Whether connections to a host, as a URL names it, leave the proxy out."""
        name = host.lower().strip("[]").rstrip(".")
        address = _address(name)
        # Such an address means this machine's own link: there a platform gives its identities, and a proxy
        # would answer with its own.
        return name in self.bypass or (address is not None and address.is_link_local)

    def url_for(self, url: str) -> str | None:
        """Return the proxy's URL, with its password, for a client that asks for `url`; None: go direct."""
        if self.goes_direct(urlsplit(url).hostname or ""):
            return None
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{'socks5h' if self.remote_names else 'socks5'}://{who}{self.server}"

    @property
    def _host_in_url(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def _is_host_name(text: str) -> bool:
    return _HOST_NAME.fullmatch(text) is not None


def _address(text: str) -> _Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.version == 6 and found.ipv4_mapped) or found


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
