"""/health/live, /health/ready and /metrics of every process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from cartload_kit import metrics
from cartload_kit.describe_error import describe_error
from cartload_kit.errors import Unavailable

ReadyCheck = Callable[[], Awaitable[object]]
"""Asks one dependency whether it is there: raises, or returns False, when it is not."""

PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


def routes(
    service: str,
    checks: Mapping[str, ReadyCheck],
    check_seconds: float,
    *,
    needs_checks: bool,
    metrics_too: bool,
) -> APIRouter:
    """The routes of health and, unless they are served elsewhere, of metrics.

    ``checks`` is read at each request, so a role may fill it while it starts.
    With ``needs_checks`` the process is not ready before there is a check.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready(request: Request) -> Response:
        if request.app.state.lifecycle.stopping.is_set():
            raise Unavailable("The process is stopping.")
        if needs_checks and not checks:
            raise Unavailable("The process is starting.")
        failed = await run_checks(checks, check_seconds)
        for name in checks:
            metrics.READY.labels(service, name).set(name not in failed)
        if failed:
            raise Unavailable(f"Not ready: {', '.join(sorted(failed))}.", failed=failed)
        return JSONResponse({"status": "ready", "checks": sorted(checks)})

    if metrics_too:

        @router.get("/metrics")
        async def numbers() -> Response:
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def run_checks(checks: Mapping[str, ReadyCheck], seconds: float) -> dict[str, str]:
    """Run all checks side by side, each for at most ``seconds``; the failed ones with their reason."""
    named = list(checks.items())
    # Side by side: one after the other, a few that hang would take longer than the orchestrator waits.
    results = await asyncio.gather(*(_reason(check, seconds) for _, check in named))
    return {name: reason for (name, _), reason in zip(named, results, strict=True) if reason}


async def _reason(check: ReadyCheck, seconds: float) -> str | None:
    try:
        async with asyncio.timeout(seconds):
            answer = await check()
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except Exception as error:  # noqa: BLE001 - any failure of a check means: not ready
        return describe_error(error)
    return "not ready" if answer is False else None
