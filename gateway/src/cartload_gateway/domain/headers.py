"""Headers that the gateway drops, and those that it sets."""

from collections.abc import Iterable, Mapping

type Pairs = list[tuple[str, str]]

# RFC 9110, 7.6.1, and what clients of old send in place of Connection. Expect is answered here, when the
# body is read: a service that was told of it too would make us wait for a second 100 (Continue).
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Services believe X-Forwarded-For, since only the gateway reaches them; the others are names by which proxies
# commonly tell who somebody is, and are dropped so that no service can begin to believe a client's word.
_IDENTITY_PREFIXES = ("x-forwarded-", "x-user", "x-auth", "x-cartload-", "x-identity", "x-remote-")
_IDENTITY = frozenset({"forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "via"})
# The length is that of the body as it is sent on, which may have come in chunks.
_SET_HERE = frozenset({"host", "content-length", "x-request-id", "traceparent"})
# The server adds a Date of its own, and which software answers is nobody's business.
_SERVER_NAMES = frozenset({"server", "date"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""On every answer."""


def request_headers(given: Iterable[tuple[str, str]]) -> Pairs:
    """What of a client's headers goes on: nothing about one hop, nothing that claims an identity.

    Values come as Latin-1, as ASGI's clients read them, and are given as text that is written in UTF-8.
    """
    kept = list(given)
    dropped = _named_by_connection(kept) | _HOP_BY_HOP | _IDENTITY | _SET_HERE
    return [
        (name, _as_utf8(value))
        for name, value in kept
        if name.lower() not in dropped and not name.lower().startswith(_IDENTITY_PREFIXES)
    ]


def response_headers(given: Iterable[tuple[str, str]]) -> Pairs:
    """What of a service's headers goes back to the client."""
    kept = list(given)
    own = {name.lower() for name in SECURITY} | _SERVER_NAMES
    dropped = _named_by_connection(kept) | _HOP_BY_HOP | own | {"x-request-id"}
    return [(name, value) for name, value in kept if name.lower() not in dropped]


def _as_utf8(value: str) -> str:
    """The text whose UTF-8 bytes are the bytes of a header; bytes that are no UTF-8 stay Latin-1 letters."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _named_by_connection(headers: Pairs) -> set[str]:
    listed = [value for name, value in headers if name.lower() == "connection"]
    return {name.strip().lower() for value in listed for name in value.split(",")}
