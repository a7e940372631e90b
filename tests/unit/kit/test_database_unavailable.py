"""What a client hears while the database is away."""

import asyncmy.errors
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cartload_kit.database import DatabaseUnavailable
from cartload_kit.database.unavailable import answer_503_when_unavailable


async def ask(error: Exception) -> httpx.Response:
    app = FastAPI()
    answer_503_when_unavailable(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/")


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT secret", {}, asyncmy.errors.OperationalError(2003, "refused")),
        OperationalError("SELECT secret", {}, asyncmy.errors.OperationalError(1205, "lock wait")),
        PoolTimeout("QueuePool limit"),
        DatabaseUnavailable("cartload_auth: TimeoutError"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_away_is_503_with_retry_after_and_no_sql(error: Exception) -> None:
    answer = await ask(error)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT", {}, asyncmy.errors.OperationalError(1054, "unknown column")),
        IntegrityError("INSERT", {}, asyncmy.errors.IntegrityError(1062, "duplicate")),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_wrong_statement_stays_an_error_of_ours(error: Exception) -> None:
    assert (await ask(error)).status_code == 500
