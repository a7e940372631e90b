"""Asking the generator for the jobs and streams that have not ended."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cartload_kit.backoff import Backoff
from cartload_notifier.adapters.unfinished import Unfinished, new_session
from cartload_notifier.domain.close_codes import CloseCode, Closed
from support.serving import closed_port, served

QUICK = Backoff(first=0.01, longest=0.01)


def job(number: int) -> dict[str, Any]:
    return {"id": f"job-{number}", "version": number, "state": "running", "rows_done": 1}


class Generator:
    """Answers what a test lays out, one after the other, and keeps what it was asked of jobs."""

    def __init__(self, *answers: Response, streams: Response | None = None) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.its_streams = streams or JSONResponse({"items": [], "next": None})
        self.asked_streams: list[Request] = []

    async def jobs(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers.pop(0)

    async def streams(self, request: Request) -> Response:
        self.asked_streams.append(request)
        return self.its_streams


@asynccontextmanager
async def unfinished_jobs(generator: Generator) -> AsyncIterator[Unfinished]:
    app = Starlette(routes=[Route("/api/jobs", generator.jobs), Route("/api/streams", generator.streams)])
    async with served(app) as url, new_session() as session:
        yield Unfinished(session, url, backoff=QUICK)


async def versions(found: Unfinished) -> list[int]:
    return [update.version async for update in found.of_user("the token")]


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


async def test_the_streams_that_have_not_ended_come_behind_the_jobs() -> None:
    stream = {"id": "stream", "version": 7, "state": "playing"}
    generator = Generator(
        JSONResponse({"items": [job(1)], "next": None}),
        streams=JSONResponse({"items": [stream], "next": None}),
    )
    async with unfinished_jobs(generator) as found:
        told = [json.loads(update.text) async for update in found.of_user("the token")]
    assert told == [{"type": "job", "job": job(1)}, {"type": "stream", "stream": stream}]
    (asked,) = generator.asked_streams
    assert asked.query_params["state"] == "queued,preparing,playing,paused"


async def test_a_generator_that_knows_no_streams_yet_has_none() -> None:
    generator = Generator(JSONResponse({"items": [job(1)], "next": None}), streams=Response(status_code=404))
    async with unfinished_jobs(generator) as found:
        assert await versions(found) == [1]


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
            await versions(Unfinished(session, f"http://127.0.0.1:{closed_port()}", backoff=QUICK))
    assert closed.value.code is CloseCode.TRY_AGAIN


async def test_a_list_without_end_is_left_off() -> None:
    generator = Generator(*(JSONResponse({"items": [job(n)], "next": "more"}) for n in range(20)))
    async with unfinished_jobs(generator) as found:
        assert len(await versions(found)) == 10
