"""Asking the generator for the unfinished jobs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cartload_notifier.refusal import Reason, Refusal
from cartload_notifier.snapshot import Snapshots, new_session
from support.serving import closed_port, served


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
async def snapshots(generator: Generator) -> AsyncIterator[Snapshots]:
    app = Starlette(routes=[Route("/api/jobs", generator.jobs)])
    async with served(app) as url, new_session() as session:
        yield Snapshots(session, url)


async def versions(found: Snapshots) -> list[int]:
    return [update.version async for update in found.unfinished("the token")]


async def test_all_pages_of_the_unfinished_jobs_are_read_with_the_users_token() -> None:
    generator = Generator(
        JSONResponse({"items": [job(1), job(2)], "next": "more"}),
        JSONResponse({"items": [job(3)], "next": None}),
    )
    async with snapshots(generator) as found:
        assert await versions(found) == [1, 2, 3]
    first, second = generator.asked
    assert first.headers["authorization"] == "Bearer the token"
    assert first.query_params["state"] == "queued,running,paused,cancelling"
    assert second.query_params["cursor"] == "more"


async def test_a_passing_failure_is_tried_again() -> None:
    generator = Generator(Response(status_code=503), JSONResponse({"items": [job(1)], "next": None}))
    async with snapshots(generator) as found:
        assert await versions(found) == [1]


async def test_a_token_that_is_not_taken_ends_the_connection() -> None:
    async with snapshots(Generator(Response(status_code=401))) as found:
        with pytest.raises(Refusal) as refusal:
            await versions(found)
    assert refusal.value.reason is Reason.TOKEN


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"[]", b'{"items": 1}', b'{"items": [1]}', b'{"items": [{}]}', b"x" * 5_000_000],
)
async def test_an_answer_that_makes_no_sense_lets_the_client_try_again(content: bytes) -> None:
    answers = [Response(content, media_type="application/json") for _ in range(3)]
    async with snapshots(Generator(*answers)) as found:
        with pytest.raises(Refusal) as refusal:
            await versions(found)
    assert refusal.value.reason is Reason.TRY_AGAIN


async def test_a_generator_that_is_away_lets_the_client_try_again() -> None:
    async with new_session() as session:
        with pytest.raises(Refusal) as refusal:
            await versions(Snapshots(session, f"http://127.0.0.1:{closed_port()}"))
    assert refusal.value.reason is Reason.TRY_AGAIN


async def test_a_list_without_end_is_left_off() -> None:
    generator = Generator(*(JSONResponse({"items": [job(n)], "next": "more"}) for n in range(20)))
    async with snapshots(generator) as found:
        assert len(await versions(found)) == 10
