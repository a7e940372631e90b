"""The life of a connection, with a socket that a test holds in its hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from cartload_kit.errors import Unauthorized, Unavailable
from cartload_kit.tokens import Identity
from cartload_notifier.api.connection import Dependencies, Times, serve
from cartload_notifier.domain.close_codes import CloseCode, Closed, Disconnected, TooSlow
from cartload_notifier.domain.hub import Hub
from cartload_notifier.domain.send_queue import MOST_WAITING
from cartload_notifier.domain.update import Update

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SOON = 5.0
QUICK = Times(authenticate=0.05, ping=30.0, send=0.05)


def update(version: int, job: str = "job") -> Update:
    text = json.dumps({"type": "job", "job": {"id": job, "version": version}})
    return Update(job, version, text)


class Client:
    """Both ends of a socket: what the client says, and what it was told."""

    def __init__(self) -> None:
        self.inward: asyncio.Queue[str | Exception] = asyncio.Queue()
        self.outward: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, text: str) -> None:
        await self.reads.wait()
        self.outward.put_nowait(json.loads(text))

    async def receive(self) -> str:
        said = await self.inward.get()
        if isinstance(said, Exception):
            raise said
        return said

    def say(self, **message: object) -> None:
        self.inward.put_nowait(json.dumps(message))

    def authenticate(self, token: str = "ada 15") -> None:
        self.say(type="authenticate", token=token)

    def leave(self) -> None:
        self.inward.put_nowait(Disconnected())

    async def told(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON):
            return await self.outward.get()

    async def told_version(self) -> int:
        return int((await self.told())["job"]["version"])


@dataclass
class World:
    """Everything around a connection. A token is `<user> <minutes it lives>`."""

    hub: Hub = field(default_factory=lambda: Hub(per_user=2))
    times: Times = field(default_factory=lambda: Times(send=SOON))
    now: datetime = NOON
    unfinished: list[Update] = field(default_factory=list)
    during_snapshot: Callable[[], None] = lambda: None
    snapshot_error: Exception | None = None
    keys_away: bool = False

    async def verify(self, token: str) -> Identity:
        if self.keys_away:
            raise Unavailable("no keys")
        user, _, minutes = token.partition(" ")
        expires_at = NOON + timedelta(minutes=float(minutes or 0))
        if expires_at <= self.now:
            raise Unauthorized("The token has expired.")
        return Identity(user, "customer", "jti", expires_at)

    async def snapshot(self, token: str) -> AsyncIterator[Update]:
        if self.snapshot_error is not None:
            raise self.snapshot_error
        self.during_snapshot()
        for found in self.unfinished:
            yield found

    def dependencies(self) -> Dependencies:
        return Dependencies(self.hub, self.verify, self.snapshot, monotonic, lambda: self.now, self.times)

    def publish(self, found: Update, user: str = "ada") -> None:
        self.hub.publish(user, lambda: found)


@asynccontextmanager
async def connected(world: World, token: str = "ada 15") -> AsyncIterator[tuple[Client, asyncio.Task[None]]]:
    client, others = Client(), len(world.hub)
    task = asyncio.create_task(serve(client, world.dependencies()))
    client.authenticate(token)
    try:
        assert await client.told() == {"type": "ready"}
        yield client, task
    finally:
        client.leave()
        await asyncio.wait({task}, timeout=SOON)
        assert task.done()
        task.cancelled() or task.exception()
        assert len(world.hub) == others


async def end_of(task: asyncio.Task[None]) -> Closed:
    async with asyncio.timeout(SOON):
        with pytest.raises(Closed) as closed:
            await task
    return closed.value


async def test_ready_then_the_current_states_then_every_change() -> None:
    world = World(unfinished=[update(4, "b"), update(7, "a")])
    async with connected(world) as (client, _):
        first, second = await client.told(), await client.told()
        assert [first["job"]["id"], second["job"]["id"]] == ["b", "a"]
        world.publish(update(1, "c"))
        assert (await client.told())["job"] == {"id": "c", "version": 1}


async def test_a_change_during_the_question_for_the_current_state_wins() -> None:
    world = World(unfinished=[update(4)])
    world.during_snapshot = lambda: world.publish(update(5))
    async with connected(world) as (client, _):
        assert await client.told_version() == 5
        world.publish(update(6))
        assert await client.told_version() == 6


async def test_a_change_that_the_answer_already_has_is_not_told_twice() -> None:
    world = World(unfinished=[update(5)])
    world.during_snapshot = lambda: world.publish(update(4))
    async with connected(world) as (client, _):
        assert await client.told_version() == 5
        world.publish(update(5))
        world.publish(update(1, "marker"))
        assert (await client.told())["job"]["id"] == "marker"


async def test_of_many_changes_the_newest_is_told_and_none_is_older() -> None:
    world = World()
    async with connected(world) as (client, _):
        seen: list[int] = []
        for version in range(1, 201):
            world.publish(update(version))
            await asyncio.sleep(0.001)
        while not seen or seen[-1] != 200:
            seen.append(await client.told_version())
        assert seen == sorted(set(seen))
        assert len(seen) < 20


async def test_a_user_with_more_jobs_than_may_wait_hears_of_all_of_them() -> None:
    world = World(unfinished=[update(1, f"job {number}") for number in range(2 * MOST_WAITING)])
    async with connected(world) as (client, task):
        told = [(await client.told())["job"]["id"] for _ in world.unfinished]
        assert told == [found.id for found in world.unfinished]
        assert not task.done()


async def test_another_users_changes_are_never_told() -> None:
    world = World()
    async with connected(world) as (client, _):
        world.publish(update(1), user="eve")
        world.publish(update(2))
        assert await client.told_version() == 2
        assert client.outward.empty()


@pytest.mark.parametrize("token", ["ada 0", "", "ada"])
async def test_a_bad_token_is_refused(token: str) -> None:
    client = Client()
    client.authenticate(token)
    assert (await end_of(asyncio.create_task(serve(client, World().dependencies())))).code is CloseCode.TOKEN


async def test_whoever_does_not_authenticate_in_time_is_refused() -> None:
    task = asyncio.create_task(serve(Client(), World(times=QUICK).dependencies()))
    assert (await end_of(task)).code is CloseCode.TOKEN


async def test_authenticate_comes_first() -> None:
    client = Client()
    client.say(type="pong")
    assert (await end_of(asyncio.create_task(serve(client, World().dependencies())))).code is CloseCode.TOKEN


async def test_while_the_keys_cannot_be_read_one_may_try_again() -> None:
    client = Client()
    client.authenticate()
    task = asyncio.create_task(serve(client, World(keys_away=True).dependencies()))
    assert (await end_of(task)).code is CloseCode.TRY_AGAIN


async def test_keys_that_come_late_are_not_the_clients_fault() -> None:
    world, client = World(times=QUICK), Client()
    client.authenticate()

    async def keys_are_slow(token: str) -> Identity:
        await asyncio.sleep(2 * QUICK.authenticate)
        raise Unavailable("no keys")

    slow = replace(world.dependencies(), verify=keys_are_slow)
    assert (await end_of(asyncio.create_task(serve(client, slow)))).code is CloseCode.TRY_AGAIN


async def test_while_the_jobs_cannot_be_read_one_may_try_again() -> None:
    world = World(snapshot_error=Closed(CloseCode.TRY_AGAIN, "no generator"))
    async with connected(world) as (_, task):
        assert (await end_of(task)).code is CloseCode.TRY_AGAIN


async def test_when_the_token_ends_so_does_the_connection() -> None:
    world = World(now=NOON + timedelta(minutes=15) - timedelta(milliseconds=50))
    async with connected(world) as (_, task):
        world.now += timedelta(seconds=1)
        closed = await end_of(task)
        assert (closed.code, closed.text) == (CloseCode.TOKEN, "the token has ended")


async def test_a_renewed_token_prolongs_the_connection() -> None:
    world = World(now=NOON + timedelta(minutes=15) - timedelta(milliseconds=50))
    async with connected(world) as (client, task):
        client.authenticate("ada 30")
        assert await client.told() == {"type": "ready"}
        world.now = NOON + timedelta(minutes=20)
        world.publish(update(1))
        assert await client.told_version() == 1
        assert not task.done()


async def test_a_renewal_with_another_users_token_ends_the_connection() -> None:
    async with connected(World()) as (client, task):
        client.authenticate("eve 30")
        assert (await end_of(task)).code is CloseCode.TOKEN


async def test_a_renewal_with_a_bad_token_ends_the_connection() -> None:
    async with connected(World()) as (client, task):
        client.authenticate("ada 0")
        assert (await end_of(task)).code is CloseCode.TOKEN


async def test_a_ping_comes_now_and_then() -> None:
    async with connected(World(times=Times(ping=0.02, send=SOON))) as (client, _):
        assert await client.told() == {"type": "ping"}
        client.say(type="pong")
        assert await client.told() == {"type": "ping"}


async def test_a_client_that_does_not_read_is_cut() -> None:
    world = World(times=Times(send=0.05))
    async with connected(world) as (client, task):
        client.reads.clear()
        world.publish(update(1))
        async with asyncio.timeout(SOON):
            with pytest.raises(TooSlow):
                await task


async def test_a_slow_client_gets_the_latest_and_holds_nobody_up() -> None:
    world = World()
    async with connected(world) as (slow, _), connected(world) as (quick, _):
        slow.reads.clear()
        for version in range(1, 4):
            world.publish(update(version))
            assert await quick.told_version() == version
        slow.reads.set()
        seen: list[int] = []
        while not seen or seen[-1] != 3:
            seen.append(await slow.told_version())
        assert len(seen) <= 2


@pytest.mark.parametrize("text", ["hello", '{"type":"subscribe"}'])
async def test_nonsense_ends_the_connection(text: str) -> None:
    async with connected(World()) as (client, task):
        client.inward.put_nowait(text)
        assert (await end_of(task)).code is CloseCode.BAD_MESSAGE


async def test_too_many_messages_end_the_connection() -> None:
    async with connected(World()) as (client, task):
        for _ in range(30):
            client.say(type="pong")
        assert (await end_of(task)).code is CloseCode.BAD_MESSAGE


async def test_too_many_connections_of_one_user_are_refused() -> None:
    world = World()
    async with connected(world), connected(world):
        client = Client()
        client.authenticate()
        assert (
            await end_of(asyncio.create_task(serve(client, world.dependencies())))
        ).code is CloseCode.TOO_MANY


async def test_when_events_may_have_been_missed_the_client_connects_again() -> None:
    world = World()
    async with connected(world) as (_, task):
        world.hub.reset()
        assert (await end_of(task)).code is CloseCode.GOING_AWAY


async def test_a_client_that_leaves_is_forgotten() -> None:
    world = World()
    async with connected(world) as (client, task):
        client.leave()
        async with asyncio.timeout(SOON):
            with pytest.raises(Disconnected):
                await task
    assert len(world.hub) == 0
