"""The app of the role `api`: its routes, and what it answers when something is away."""

from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_generator.datasets.routes import router as datasets
from cartload_generator.jobs.routes import router as jobs
from cartload_generator.specs.routes import router as specs
from cartload_generator.store.away import is_away
from cartload_kit.errors import Unavailable
from cartload_kit.http import ReadyCheck, create_app
from cartload_kit.http.app import Lifespan
from cartload_kit.http.problems import problem_response


def build(lifespan: Lifespan | None = None, checks: Mapping[str, ReadyCheck] | None = None) -> FastAPI:
    """The app with all its routes; needs no server to be built."""
    app = create_app(
        "generator-api",
        lifespan=lifespan,
        title="Cartload: jobs and datasets",
        description="Ask for datasets, follow the jobs that make them, delete them.",
        checks=checks,
    )
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, _on_away)
    for router in (specs, jobs, datasets):
        app.include_router(router)
    return app


async def _on_away(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError) and not is_away(error):
        raise error
    return problem_response(Unavailable("The database does not answer.", retry_after=2), request.scope)
