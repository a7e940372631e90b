"""The app of the role `api`."""

from collections.abc import Mapping

from fastapi import APIRouter, FastAPI

from cartload_kit.database.unavailable import answer_503_when_unavailable
from cartload_kit.http import ReadyCheck, create_app
from cartload_kit.http.app import Lifespan
from cartload_writer.api import connection, export, files, limits, raw, report, report_list, rows

DESCRIPTION = "What is stored of a dataset: tables, rows, files, reports, and how to reach it with SQL."


def build(lifespan: Lifespan | None = None, checks: Mapping[str, ReadyCheck] | None = None) -> FastAPI:
    """The app with all its routes. `lifespan` sets `app.state.services` and `app.state.verifier`."""
    app = create_app(
        "writer-api", lifespan=lifespan, title="Cartload writer", description=DESCRIPTION, checks=checks
    )
    answer_503_when_unavailable(app)
    routes = APIRouter(prefix="/api/datasets/{dataset_id}")
    for part in (rows, export, files, raw, report, connection):
        routes.include_router(part.router)
    app.include_router(routes)
    app.include_router(report_list.router)
    app.include_router(limits.internal)
    return app
