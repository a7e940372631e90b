"""Which service answers a path, and by which pool of connections: the gateway's one table of routes."""

import re
from collections.abc import Iterable
from typing import Literal

type Upstream = Literal["auth", "generator", "writer", "notifier", "shop"]
type Lane = Literal["auth", "generator", "writer", "notifier", "shop", "waits", "downloads"]
"""A pool of connections: what is answered at once by each service, and what holds a connection for long."""

_DOWNLOAD = re.compile(r"/api/datasets/[^/]+/(tables/[^/]+/export|files/.+|raw/.+)")
_DATASET_PART = re.compile(r"/api/datasets/[^/]+/.+")
_PREFIXES: tuple[tuple[str, Upstream], ...] = (
    ("/api/auth", "auth"),
    ("/.well-known/jwks.json", "auth"),
    ("/api/spec", "generator"),
    ("/api/jobs", "generator"),
    ("/api/datasets", "generator"),
    ("/api/streams", "generator"),
    ("/api/shops", "shop"),
    ("/api/reports", "writer"),
    ("/api/admin/users", "auth"),
    ("/api/admin/dead-letters", "generator"),
    ("/api/admin/jobs", "generator"),
)
ROUTED: frozenset[Upstream] = frozenset(upstream for _, upstream in _PREFIXES)
"""The services that paths lead to."""

_WITHOUT_ACCESS_TOKEN = frozenset(
    (
        "/api/auth/register",
        "/api/auth/login",
        "/api/auth/refresh",
        "/api/auth/logout",
        "/register",
        "/login",
        "/refresh",
    )
)


def upstream_of(path: str) -> Upstream | None:
    """The service that owns a path; None for a path that no service has."""
    # First, because what lies below a dataset is the writer's, and the dataset itself the generator's.
    if _DATASET_PART.fullmatch(path):
        return "writer"
    for prefix, upstream in _PREFIXES:
        if path == prefix or path.startswith(f"{prefix}/"):
            return upstream
    return None


def lane_of(upstream: Upstream, path: str, prefer: Iterable[str]) -> Lane:
    """The pool that a request is sent by. ``prefer`` are its headers of that name (RFC 7240)."""
    # The generator reads all of them, and decides what it makes of them. To take too many for waiting costs
    # nothing; one that is missed would hold a connection that quick requests need.
    if upstream == "generator" and any("wait" in header.lower() for header in prefer):
        return "waits"
    if upstream == "writer" and _DOWNLOAD.fullmatch(path):
        return "downloads"
    return upstream


def takes_access_token(path: str) -> bool:
    """Whether a bearer token on this path is an access token (signing in and out carry other tokens)."""
    return path not in _WITHOUT_ACCESS_TOKEN
