"""Whether connections to a database are encrypted: `?tls=verify` at the end of its URL."""

import ssl
from typing import Literal, cast
from urllib.parse import parse_qs, urlsplit


def wanted(url: str) -> Literal["verify", "off"]:
    """What a database's URL says; off where it says nothing: services share a network with their database.

    Raises ValueError for any other option.
    """
    options = parse_qs(urlsplit(url).query, keep_blank_values=True)
    said = options.pop("tls", ["off"])
    if options or said not in (["verify"], ["off"]):
        raise ValueError("nothing may follow the database but ?tls=verify or ?tls=off")
    return cast(Literal["verify", "off"], said[0])


def context(url: str) -> ssl.SSLContext | None:
    """What a client is told: to verify the server by the system's authorities (`SSL_CERT_FILE`), or None."""
    return ssl.create_default_context() if wanted(url) == "verify" else None
