"""``mysql://user@host:port/database``: checked, completed by a password, shown without it."""

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

PASSWORD: Final = "CARTLOAD_MYSQL_PASSWORD"  # noqa: S105 a variable's name
SCHEMES: Final = ("mysql", "mariadb")
_TLS: Final = ("verify", "off")


class UrlError(ValueError):
    """A URL that names no database, or says what is not known."""


def is_url(text: str) -> bool:
    """Whether it names a database and not a folder."""
    return text.partition("://")[0] in SCHEMES and "://" in text


def complete(url: str, environ: Mapping[str, str], ask: Callable[[str], str] | None) -> str:
    """The URL with the password in it: its own, that of the environment, or the one that ``ask`` answers.

    Raises UrlError when it names no database.
    """
    _require(url)
    parts = urlsplit(url)
    if parts.password is not None:
        return url
    password = environ.get(PASSWORD)
    if password is None and ask is not None:
        password = ask(f"Password of {shown(url)}: ")
    if password is None:
        return url
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


def tls(url: str) -> ssl.SSLContext | None:
    """How to encrypt: ``?tls=verify`` or ``?tls=off``; by default verified, on this machine not at all."""
    wanted = _options(url).get("tls", ["off" if _is_local(urlsplit(url).hostname) else "verify"])[-1]
    return ssl.create_default_context() if wanted == "verify" else None


def _options(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)


def _is_local(host: str | None) -> bool:
    if host in (None, "localhost"):
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _require(url: str) -> None:
    example = "mysql://user@host/database"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # Not what urlsplit says: where the password has a / or #, it quotes a piece of it as the port.
        hint = "in user and password write / # ? @ [ ] as %2F %23 %3F %40 %5B %5D"
        raise UrlError(f"not a URL like {example}; {hint}") from None
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise UrlError(f"not a URL like {example}: {shown(url)}")
    if not database(url) or "/" in database(url) or "`" in database(url):
        raise UrlError(f"{shown(url)} names no database: {example}")
    options = _options(url)
    unknown = sorted(options.keys() - {"tls"})
    if unknown or options.get("tls", ["off"])[-1] not in _TLS:
        told = f"?{unknown[0]}" if unknown else f"?tls={options['tls'][-1]}"
        raise UrlError(f"{told} is not known; there are ?tls=verify and ?tls=off")
