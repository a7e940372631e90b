"""Which service answers a path: the gateway's one table of routes."""

import re
from typing import Literal

type Upstream = Literal["auth", "generator", "writer"]

_DATASET_PART = re.compile(r"/api/datasets/[^/]+/.+")
_PREFIXES: tuple[tuple[str, Upstream], ...] = (
    ("/api/auth", "auth"),
    ("/.well-known/jwks.json", "auth"),
    ("/api/spec", "generator"),
    ("/api/jobs", "generator"),
    ("/api/datasets", "generator"),
)
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
    if _DATASET_PART.fullmatch(path):
        return "writer"
    for prefix, upstream in _PREFIXES:
        if path == prefix or path.startswith(f"{prefix}/"):
            return upstream
    return None


def takes_access_token(path: str) -> bool:
    """Whether a bearer token on this path is an access token (signing in and out carry other tokens)."""
    return path not in _WITHOUT_ACCESS_TOKEN
