"""Whether a request comes from our own pages: the one check for cookies and WebSockets."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit


def is_own_origin(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Return whether the page that asks is one of ``allowed`` or, where no list is given, of our own host.

    ``headers`` must find names in any case, as Starlette's do; ``allowed`` is in lower case. A browser names
    the page in ``Origin``, or says in ``Sec-Fetch-Site`` (on https and localhost) how it is related to us,
    also where a proxy rewrote ``Host``. A client that sends neither is no browser: it has no cookies of
    somebody else, and may pass.
    """
    origin = headers.get("origin")
    if origin is not None and allowed:
        return origin.lower() in allowed
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return origin is None or _authority(origin) == headers.get("host", "").lower()


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower() or None
    except ValueError:  # such as http://[
        return None
