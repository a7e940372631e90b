"""The app of the role `api`: its routes, and what it answers when something is away."""

from collections.abc import Mapping

from fastapi import FastAPI

from cartload_generator.api.datasets.routes import internal
from cartload_generator.api.datasets.routes import router as datasets
from cartload_generator.api.dead_letters.routes import router as dead_letters
from cartload_generator.api.jobs.administration import router as all_jobs
from cartload_generator.api.jobs.routes import router as jobs
from cartload_generator.api.limits import internal as limits
from cartload_generator.api.specs.routes import router as specs
from cartload_generator.api.streams.routes import router as streams
from cartload_kit.database.unavailable import answer_503_when_unavailable
from cartload_kit.http import ReadyCheck, create_app
from cartload_kit.http.app import Lifespan


def build(lifespan: Lifespan | None = None, checks: Mapping[str, ReadyCheck] | None = None) -> FastAPI:
    """The app with all its routes; needs no server to be built."""
    app = create_app(
        "generator-api",
        lifespan=lifespan,
        title="Cartload: jobs, datasets and streams",
        description="Ask for datasets, follow the jobs that make them, play them as streams, delete them.",
        checks=checks,
    )
    answer_503_when_unavailable(app)
    for router in (specs, jobs, datasets, streams, all_jobs, dead_letters, internal, limits):
        app.include_router(router)
    return app
