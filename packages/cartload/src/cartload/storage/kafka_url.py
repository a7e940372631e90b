"""``kafka://host:9092``: checked, and taken apart into what a client of Kafka is told."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

PASSWORD: Final = "CARTLOAD_KAFKA_PASSWORD"  # noqa: S105 a variable's name
SCHEME: Final = "kafka"
_EXAMPLE: Final = "kafka://host:9092"
_PORT: Final = 9092
_TLS: Final = ("verify", "off")
OAUTHBEARER: Final = "OAUTHBEARER"
_MECHANISMS: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
_ADDRESS: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


class KafkaUrlError(ValueError):
    """A URL that names no brokers, or says what is not known."""


@dataclass(frozen=True, slots=True)
class KafkaUrl:
    """Brokers as ``host:port``, whether they are spoken to over TLS, and who signs in.

    ``ca`` is a file with the certificates that brokers are verified by; None: those of the system.
    ``certificate`` and ``key`` are files in PEM, both or none, for brokers that ask for a client's.
    ``mechanism`` is there exactly with ``user`` and ``password``, or it is OAUTHBEARER: then ``token_url``
    gives tokens for ``client_id`` and ``client_secret``, by the client-credentials grant of OAuth 2.0, and
    for ``scope`` where one is named. A URL's text says nothing of certificate, key and tokens.
    """

    brokers: tuple[str, ...]
    tls: bool = False
    ca: str | None = None
    mechanism: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    certificate: str | None = None
    key: str | None = None
    token_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    scope: str | None = None

    @property
    def shown(self) -> str:
        """The brokers, for messages."""
        return ",".join(self.brokers)


def is_url(text: str) -> bool:
    """Whether it names brokers and not a file."""
    scheme, mark, _ = text.partition("://")
    return bool(mark) and scheme.lower() == SCHEME


def parse(url: str, environ: Mapping[str, str]) -> KafkaUrl:
    """Take a URL apart: ``kafka://[user@]host[:port][,host[:port]…][?tls=…&ca=…&sasl=…]``.

    The password comes from the environment, never from the URL: everybody on a machine can read the arguments
    of its processes. With a user, TLS is the default, on this machine it is not. Raises KafkaUrlError.
    """
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    user, at, addresses = place.rpartition("@")
    if ":" in user:
        raise KafkaUrlError(f"leave the password out of the URL and set {PASSWORD}")
    if scheme.lower() != SCHEME or (at and not user):
        raise KafkaUrlError(f"not a URL like {_EXAMPLE}")
    brokers = tuple(_broker(address) for address in addresses.removesuffix("/").split(","))
    options = _options(query)
    secured = bool(user) and not all(_is_local(broker) for broker in brokers)
    tls = options.get("tls", "verify" if secured else "off") == "verify"
    if "ca" in options:
        _require_authorities(options["ca"], tls=tls)
    if not user:
        if "sasl" in options:
            raise KafkaUrlError("?sasl= needs a user: kafka://user@host:9092")
        return KafkaUrl(brokers, tls, options.get("ca"))
    password = environ.get(PASSWORD)
    if not password:
        raise KafkaUrlError(f"set {PASSWORD} to the password of {unquote(user)}")
    mechanism = options.get("sasl", _MECHANISMS[0])
    return KafkaUrl(brokers, tls, options.get("ca"), mechanism, unquote(user), password)


def _broker(address: str) -> str:
    found = _ADDRESS.fullmatch(address)
    port = int(found["port"] or _PORT) if found else 0
    if found is None or not 0 < port < 2**16:
        raise KafkaUrlError(f"not a URL like {_EXAMPLE}: {address!r} is no host and port")
    return f"{found['host']}:{port}"


def _is_local(broker: str) -> bool:
    host = broker.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _options(query: str) -> Mapping[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    allowed = {"tls": _TLS, "sasl": _MECHANISMS}
    for name, value in options.items():
        if name not in ("tls", "ca", "sasl"):
            raise KafkaUrlError(f"?{name}= is not known; there are tls, ca and sasl")
        if name in allowed and value not in allowed[name]:
            raise KafkaUrlError(f"?{name}={value} must be one of {', '.join(allowed[name])}")
    return options


def _require_authorities(path: str, *, tls: bool) -> None:
    if not tls:
        raise KafkaUrlError("?ca= is used with ?tls=verify only")
    if not Path(path).is_file():
        raise KafkaUrlError(f"?ca={path} must be a file with certificates in PEM")
