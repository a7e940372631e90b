"""Strict query parameters: a mistyped or doubled one is refused, not ignored."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import HTTPConnection

from cartload_kit.errors import FieldError, Unprocessable
from cartload_kit.http.problems import field_path

_MOST_NAMED = 50
_OWN_CHECK = "_cartload_checks_its_own_query"


def checks_its_own_query[Endpoint: Callable[..., Any]](endpoint: Endpoint) -> Endpoint:
    """Mark a route whose parameters depend on its path; it has to call ``require_known`` itself."""
    setattr(endpoint, _OWN_CHECK, True)
    return endpoint


async def require_declared_parameters(request: HTTPConnection) -> None:
    """Refuse query parameters that the route does not declare, and those given twice.

    The app factory makes this a dependency of every route. Routes that are in no schema are left alone:
    health checks get parameters of their callers' own, and the gateway's pages are read by a browser's code.

    Raises:
        Unprocessable: naming each refused parameter, and those that the route takes.
    """
    if not request.scope["query_string"] or request.scope["type"] != "http":
        return
    route = _effective_route(request)
    if not route.include_in_schema or hasattr(route.endpoint, _OWN_CHECK):
        return
    parameters = get_flat_params(route.dependant)
    declared = [field.alias for field in parameters if isinstance(field.field_info, params.Query)]
    if errors := parameter_errors((name for name, _ in request.query_params.multi_items()), declared):
        raise Unprocessable(errors)


def parameter_errors(given: Iterable[str], allowed: Collection[str]) -> list[FieldError]:
    """Return what is wrong with the names of query parameters: unknown ones and repeated ones."""
    names = list(given)
    takes = f"takes {', '.join(allowed)}" if allowed else "takes no query parameters"
    unknown = [
        FieldError(field=field_path([name]), message=f"is no parameter of this; it {takes}")
        for name in dict.fromkeys(names)
        if name not in allowed
    ]
    return (unknown + repeated_parameters(names))[:_MOST_NAMED]


def repeated_parameters(given: Iterable[str]) -> list[FieldError]:
    """Return an error for each query parameter that is given more than once: which one counts is unclear."""
    repeated = [(name, count) for name, count in Counter(given).items() if count > 1]
    return [
        FieldError(field=field_path([name]), message=f"may be given once, and is here {count} times")
        for name, count in repeated[:_MOST_NAMED]
    ]


def _effective_route(request: HTTPConnection) -> Any:
    # FastAPI keeps included routers apart: what a route is after its inclusion lies in the scope.
    context = request.scope.get("fastapi", {}).get("effective_route_context")
    return context if context is not None else request.scope["route"]
