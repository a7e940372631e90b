"""The notifier as a process of its own, with a real broker and real sockets."""

import asyncio
import contextlib
import signal
from contextlib import AsyncExitStack
from time import time
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from cartload_contracts import topics
from support.notifier_process import (
    ADA,
    EVE,
    World,
    close_code,
    job_state,
    notifier,
    say,
    surrounded,
    told,
)
from support.serving import served
from support.signing import Issuer


async def test_current_states_then_changes_of_the_users_own_jobs(world: World) -> None:
    job = uuid4()
    around, token = world.around, world.around.token(ADA)
    around.unfinished[token] = [job_state(ADA, job, 3)]
    async with world.open() as socket, world.open() as other:
        await world.sign_in(other, EVE)
        await say(socket, type="authenticate", token=token)
        assert await told(socket) == {"type": "ready"}
        current = await told(socket)
        assert (current["type"], current["job"]["version"]) == ("job", 3)
        await world.publish(job_state(ADA, job, 4))
        change = await told(socket)
        assert change["job"]["id"] == str(job)
        assert change["job"]["version"] == 4
        assert "owner_id" not in change["job"]
        await world.publish(job_state(EVE, uuid4(), 1))
        assert (await told(other))["job"]["version"] == 1
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await socket.recv()


async def test_a_burst_of_changes_comes_as_few_messages_and_ends_with_the_last(world: World) -> None:
    job = uuid4()
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        for version in range(1, 301):
            await world.publish(job_state(ADA, job, version))
        await world.publish(job_state(ADA, job, 301, "completed"))
        seen: list[int] = []
        while not seen or seen[-1] != 301:
            seen.append((await told(socket))["job"]["version"])
        assert seen == sorted(set(seen))
        assert len(seen) < 150


async def test_two_replicas_both_tell(world: World, kafka_bootstrap: str) -> None:
    async with (
        served(world.around.app()) as url,
        notifier(kafka_bootstrap, url) as (port, process),
    ):
        second = World(port, process, world.around, world.producer)
        async with world.open() as here, second.open() as there:
            await world.sign_in(here, ADA)
            await second.sign_in(there, ADA)
            await world.publish(job_state(ADA, uuid4(), 1))
            assert (await told(here))["job"] == (await told(there))["job"]


async def test_bad_tokens_and_pages_of_other_sites_are_refused_with_their_codes(world: World) -> None:
    for token in ("", "nonsense", world.around.token(ADA, exp=1), Issuer().token(str(ADA))):
        async with world.open() as socket:
            await say(socket, type="authenticate", token=token)
            assert await close_code(socket) == 4401
    async with world.open(origin="http://evil.example") as socket:
        assert await close_code(socket) == 4403
    async with world.open(origin=f"http://127.0.0.1:{world.port}") as socket:
        await world.sign_in(socket, ADA)


async def test_whoever_says_nothing_is_closed_after_five_seconds(world: World) -> None:
    async with world.open() as socket:
        began = time()
        assert await close_code(socket) == 4401
        assert 4 < time() - began < 10


async def test_when_the_token_ends_the_connection_is_closed_unless_renewed(world: World) -> None:
    async with world.open() as renewed, world.open() as ended:
        soon = int(time()) + 3
        await world.sign_in(ended, ADA, exp=soon)
        await world.sign_in(renewed, ADA, exp=soon)
        await world.sign_in(renewed, ADA)
        assert await close_code(ended) == 4401
        assert time() - soon < 5
        await world.publish(job_state(ADA, uuid4(), 1))
        assert (await told(renewed))["type"] == "job"


async def test_messages_that_are_too_large_or_binary_end_the_connection(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        with contextlib.suppress(ConnectionClosed):
            await socket.send("x" * 20_000)
        assert await close_code(socket) == 1009
    async with world.open() as socket:
        await socket.send(b"\x00")
        assert await close_code(socket) == 1003


async def test_messages_are_not_compressed(world: World) -> None:
    async with world.open(compression="deflate") as socket:
        assert socket.protocol.extensions == []


async def test_a_bad_event_stops_nothing(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        await world.producer.send(topics.JOBS.name, b"key", b"\xff not JSON", [])
        await world.publish(job_state(ADA, uuid4(), 1))
        assert (await told(socket))["type"] == "job"


async def test_a_stop_tells_clients_to_come_back(world: World) -> None:
    async with world.open() as socket:
        await world.sign_in(socket, ADA)
        world.process.send_signal(signal.SIGTERM)
        assert await close_code(socket) == 1012


async def test_connections_are_limited_per_user_and_in_all(kafka_bootstrap: str) -> None:
    limits = {"CARTLOAD_NOTIFIER_CONNECTIONS": "3", "CARTLOAD_NOTIFIER_CONNECTIONS_USER": "2"}
    async with (
        surrounded(kafka_bootstrap) as (around, url, producer),
        notifier(kafka_bootstrap, url, **limits) as (port, process),
        AsyncExitStack() as stack,
    ):
        world = World(port, process, around, producer)
        for _ in range(2):
            await world.sign_in(await stack.enter_async_context(world.open()), ADA)
        async with world.open() as third:
            await say(third, type="authenticate", token=around.token(ADA))
            assert await close_code(third) == 4429
        await world.sign_in(await stack.enter_async_context(world.open()), EVE)
        async with world.open() as fourth:
            assert await close_code(fourth) == 4429
