"""Which methods a path takes, asked of the routes themselves."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def allowed_methods(scope: Scope, routes: Sequence[BaseRoute]) -> tuple[str, ...]:
    """Return all methods that some of ``routes`` takes on the path of ``scope``; HEAD wherever GET is."""
    found = {method for method in METHODS if any(_takes(route, scope, method) for route in routes)}
    return tuple(method for method in METHODS if method in found or (method == "HEAD" and "GET" in found))


def has_get_without_head(scope: Scope, routes: Sequence[BaseRoute]) -> bool:
    """Return whether the route that would answer a GET takes no HEAD itself, as FastAPI's do not."""
    for route in routes:
        if _takes(route, scope, "GET"):
            return not _takes(route, scope, "HEAD")
    return False


def _takes(route: BaseRoute, scope: Scope, method: str) -> bool:
    # FastAPI notes in scope["fastapi"] what it finds while it matches: not in the request's own.
    match, _ = route.matches({**scope, "method": method, "fastapi": {}})
    return match is Match.FULL
