"""Which pages may connect."""

from collections.abc import Mapping
from urllib.parse import urlsplit


def origin_allowed(headers: Mapping[str, str], allowed: tuple[str, ...]) -> bool:
    """Whether the page that asks is listed or, where no list is given, of our own host.

    A client that names no origin is no browser, and may connect.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    if allowed:
        return origin.lower() in allowed
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
