"""Headers that the gateway drops, and those that it sets."""

from collections.abc import Iterable, Mapping

type Pairs = list[tuple[str, str]]

_HOP_BY_HOP = frozenset(
    {
        "connection",
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
_IDENTITY_PREFIXES = ("x-forwarded-", "x-user", "x-auth", "x-cartload-", "x-identity", "x-remote-")
_IDENTITY = frozenset({"forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "via"})
_SET_HERE = frozenset({"host", "content-length", "x-request-id", "traceparent"})
_SECURITY_NAMES = frozenset({"server", "date"})

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
    """What of a client's headers goes on: nothing about one hop, nothing that claims an identity."""
    kept = list(given)
    dropped = _named_by_connection(kept) | _HOP_BY_HOP | _IDENTITY | _SET_HERE
    return [
        (name, value)
        for name, value in kept
        if name.lower() not in dropped and not name.lower().startswith(_IDENTITY_PREFIXES)
    ]


def response_headers(given: Iterable[tuple[str, str]]) -> Pairs:
    """What of a service's headers goes back to the client."""
    kept = list(given)
    own = {name.lower() for name in SECURITY} | _SECURITY_NAMES
    dropped = _named_by_connection(kept) | _HOP_BY_HOP | own | {"x-request-id"}
    return [(name, value) for name, value in kept if name.lower() not in dropped]


def _named_by_connection(headers: Pairs) -> set[str]:
    listed = [value for name, value in headers if name.lower() == "connection"]
    return {name.strip().lower() for value in listed for name in value.split(",")}
