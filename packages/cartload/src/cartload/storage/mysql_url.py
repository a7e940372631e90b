"""``mysql://user@host:port/database``: checked, completed by a password, shown without it, and taken apart.

The one place of the engine that reads URLs of databases. The kit has another with the same rules for TLS: the
engine is published alone and imports nothing of ours.
"""

import ipaddress
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

PASSWORD: Final = "CARTLOAD_MYSQL_PASSWORD"  # noqa: S105 a variable's name
SCHEMES: Final = ("mysql", "mariadb")
_TLS: Final = ("verify", "off")


class UrlError(ValueError):
    """A URL that names no database, or says what is not known."""


def is_url(text: str) -> bool:
    """Whether it names a database and not a folder."""
    scheme, mark, _ = text.partition("://")
    return bool(mark) and scheme.lower() in SCHEMES


def complete(url: str, environ: Mapping[str, str], ask: Callable[[str], str] | None) -> str:
    """The URL with the password in it: its own, that of the environment, or the one that ``ask`` answers.

    Raises UrlError when it names no database.
    """
    require_database(url)
    parts = urlsplit(url)
    if parts.password is not None:
        return url
    password = environ.get(PASSWORD)
    if password is None and ask is not None:
        password = ask(f"Password of {shown(url)}: ")
    if password is None:
        return url
    # Decoded and encoded again, so that a user's name that was typed as it is can stand beside the
    # password.
    user, host = quote(unquote(parts.username or ""), safe=""), parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def shown(url: str) -> str:
    """The URL without password and options."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return f"{parts.scheme}://{user}{parts.netloc.rpartition('@')[2]}{parts.path}"


def database(url: str) -> str:
    """The name of the database."""
    return unquote(urlsplit(url).path.lstrip("/"))


def server(url: str) -> str:
    """The URL without the database."""
    return urlunsplit(urlsplit(url)._replace(path=""))


def server_arguments(url: str) -> dict[str, Any]:
    """Host, port, user and password as arguments of ``pymysql.connect``."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 3306,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }


def tls(url: str) -> ssl.SSLContext | None:
    """How to encrypt: ``?tls=verify`` or ``?tls=off``; by default verified, on this machine not at all.

    It is verified by the authorities in the file of ``&ca=``, by default by those of the system.
    """
    return ssl.create_default_context(cafile=_authorities(url)) if _verifies(url) else None


def _verifies(url: str) -> bool:
    default = "off" if _is_local(urlsplit(url).hostname) else "verify"
    return _options(url).get("tls", [default])[-1] == "verify"


def _authorities(url: str) -> str | None:
    return _options(url).get("ca", [None])[-1]


def _options(url: str) -> Mapping[str, Sequence[str | None]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def _is_local(host: str | None) -> bool:
    # Without a host the drivers connect to this machine.
    if host in (None, "localhost"):
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def require_database(url: str) -> None:
    """Raises UrlError when it names no database, or has options that are not known."""
    example = "mysql://user@host/database"
    try:
        parts = urlsplit(url)
        # Both are read only now, and a host that DNS cannot have is a ValueError of the socket's later on.
        _ = parts.port, (parts.hostname or "").encode("idna")
    except ValueError:
        # Not what urlsplit says: where the password has a / or #, it quotes a piece of it as the port.
        hint = "in user and password write / # ? @ [ ] as %2F %23 %3F %40 %5B %5D"
        raise UrlError(f"not a URL like {example}; {hint}") from None
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise UrlError(f"not a URL like {example}: {shown(url)}")
    if not database(url) or "/" in database(url) or "`" in database(url):
        raise UrlError(f"{shown(url)} names no database: {example}")
    options = _options(url)
    unknown = sorted(options.keys() - {"tls", "ca"})
    if unknown or options.get("tls", ["off"])[-1] not in _TLS:
        told = f"?{unknown[0]}" if unknown else f"?tls={options['tls'][-1]}"
        raise UrlError(f"{told} is not known; there are ?tls=verify, ?tls=verify&ca=/path and ?tls=off")
    if (ca := _authorities(url)) is not None:
        _require_authorities(ca, url)


def _require_authorities(path: str, url: str) -> None:
    if not _verifies(url):
        raise UrlError("?ca= is used with ?tls=verify only")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        # Of TLS too: its errors are the system's.
        raise UrlError(f"?ca={path} must be a file with certificates in PEM") from None
