"""The app factory: every HTTP process begins here, so that all behave alike."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from fastapi import Depends, FastAPI

from cartload_kit.describe_error import describe_error
from cartload_kit.http import health, openapi, problems
from cartload_kit.http.health import ReadyCheck
from cartload_kit.http.lifecycle import Lifecycle
from cartload_kit.http.limits import BodyLimits
from cartload_kit.http.middleware import RequestScope
from cartload_kit.http.queries import require_declared_parameters
from cartload_kit.http.semantics import HttpSemantics, require_no_if_match
from cartload_kit.transient_errors import is_transient

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""Opens what an app needs before its first request, and closes it after the last."""

MEBIBYTE = 1024 * 1024

_log = logging.getLogger(__name__)


def create_app(
    service: str,
    *,
    lifespan: Lifespan | None = None,
    title: str,
    description: str = "",
    version: str = "1.0.0",
    checks: Mapping[str, ReadyCheck] | None = None,
    check_seconds: float = 2.0,
    needs_checks: bool = False,
    max_body: int = MEBIBYTE,
    strict_json: bool = True,
    body_seconds: float = 30.0,
    openapi_url: str | None = "/openapi.json",
    serve_metrics: bool = True,
) -> FastAPI:
    """An app with problem details, limits, request ids, logs, metrics and health; add the routes to it.

    ``checks`` are run by /health/ready, each for at most ``check_seconds``; the mapping itself is kept (as
    ``app.state.checks``), so ``lifespan`` may fill it; with ``needs_checks`` the app is not ready before.
    ``max_body`` is in bytes and holds for every body. With ``strict_json`` a JSON body is read whole (within
    ``body_seconds``) and refused when it is not JSON to the letter; switch it off only where bodies must
    stream through. ``serve_metrics`` is for processes that only operators reach. ``app.state.lifecycle`` says
    when the process stops. Needs no server to be built: clients belong into ``lifespan``.
    """
    app = FastAPI(
        title=title,
        description=description,
        version=version,
        lifespan=_told_in_one_line(lifespan) if lifespan is not None else None,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(require_declared_parameters), Depends(require_no_if_match)],
    )
    # Not `checks or {}`: an empty mapping is one that the role fills later.
    kept: Mapping[str, ReadyCheck] = {} if checks is None else checks
    app.state.service = service
    app.state.checks = kept
    app.state.lifecycle = Lifecycle()
    # The last that is added is the outermost: ids, logs and metrics surround everything, while the limits
    # stand next to the routes and answer through the others.
    app.add_middleware(
        BodyLimits, service=service, max_body=max_body, strict_json=strict_json, body_seconds=body_seconds
    )
    app.add_middleware(HttpSemantics)
    app.add_middleware(RequestScope, service=service)
    problems.install(app)
    openapi.install(app)
    app.include_router(
        health.routes(service, kept, check_seconds, needs_checks=needs_checks, metrics_too=serve_metrics)
    )
    return app


def _told_in_one_line(lifespan: Lifespan) -> Lifespan:
    """The same lifespan; that something outside keeps the app from starting is told without a stack trace."""

    @asynccontextmanager
    async def told(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(lifespan(app))
            except Exception as error:
                if is_transient(error):
                    _log.error("cannot start: %s", describe_error(error))
                    # uvicorn logs the stack trace of whatever ends a start, as a text that it is given.
                    logging.getLogger("uvicorn.error").addFilter(_is_no_trace)
                raise
            yield

    return told


def _is_no_trace(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Traceback")
