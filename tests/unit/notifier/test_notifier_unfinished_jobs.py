"""Asking the generator for the unfinished jobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cartload_kit.backoff import Backoff
from cartload_notifier.adapters.unfinished_jobs import UnfinishedJobs, new_session
from cartload_notifier.domain.close_codes import CloseCode, Closed
from support.serving import closed_port, served

QUICK = Backoff(first=0.01, longest=0.01)


def job(number: int) -> dict[str, Any]:
    return {"id": f"job-{number}", "version": number, "state": "running", "rows_done": 1}


class Generator:
    """Answers what a test lays out, one after the other, and keeps what it was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    async def jobs(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers.pop(0)


@asynccontextmanager
async def unfinished_jobs(generator: Generator) -> AsyncIterator[UnfinishedJobs]:
    app = Starlette(routes=[Route("/api/jobs", generator.jobs)])
    async with served(app) as url, new_session() as session:
        yield UnfinishedJobs(session, url, backoff=QUICK)


async def versions(found: UnfinishedJobs) -> list[int]:
    return [update.version async for update in found.unfinished("the token")]


async def test_all_pages_of_the_unfinished_jobs_are_read_with_the_users_token() -> None:
    generator = Generator(
        JSONResponse({"items": [job(1), job(2)], "next": "more"}),
        JSONResponse({"items": [job(3)], "next": None}),
    )
    async with unfinished_jobs(generator) as found:
        assert await versions(found) == [1, 2, 3]
    first, second = generator.asked
    assert first.headers["authorization"] == "Bearer the token"
    assert first.query_params["state"] == "queued,running,paused,cancelling"
    assert second.query_params["cursor"] == "more"


async def test_a_passing_failure_is_tried_again() -> None:
    generator = Generator(Response(status_code=503), JSONResponse({"items": [job(1)], "next": None}))
    async with unfinished_jobs(generator) as found:
        assert await versions(found) == [1]


async def test_a_token_that_is_not_taken_ends_the_connection() -> None:
    async with unfinished_jobs(Generator(Response(status_code=401))) as found:
        with pytest.raises(Closed) as closed:
            await versions(found)
    assert closed.value.code is CloseCode.TOKEN


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"[]", b'{"items": 1}', b'{"items": [1]}', b'{"items": [{}]}', b"x" * 5_000_000],
)
async def test_an_answer_that_makes_no_sense_lets_the_client_try_again(content: bytes) -> None:
    answers = [Response(content, media_type="application/json") for _ in range(3)]
    async with unfinished_jobs(Generator(*answers)) as found:
        with pytest.raises(Closed) as closed:
            await versions(found)
    assert closed.value.code is CloseCode.TRY_AGAIN


async def test_a_generator_that_is_away_lets_the_client_try_again() -> None:
    async with new_session() as session:
        with pytest.raises(Closed) as closed:
            await versions(UnfinishedJobs(session, f"http://127.0.0.1:{closed_port()}", backoff=QUICK))
    assert closed.value.code is CloseCode.TRY_AGAIN


async def test_a_list_without_end_is_left_off() -> None:
    generator = Generator(*(JSONResponse({"items": [job(n)], "next": "more"}) for n in range(20)))
    async with unfinished_jobs(generator) as found:
        assert len(await versions(found)) == 10
