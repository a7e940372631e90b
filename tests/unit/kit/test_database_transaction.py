"""Transactions whose callers are cancelled and whose connections break, over one that only takes notes."""

import asyncio
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload_kit.database import transaction
from support import virtual_time

BROKEN = OperationalError("COMMIT", {}, Exception("the connection was lost"))


class Connection:
    """Notes what is asked of it; `takes` seconds for the steps named, `fails` in the steps named."""

    def __init__(self, takes: dict[str, float], fails: dict[str, Exception]) -> None:
        self.steps: list[str] = []
        self._takes, self._fails = takes, fails

    async def step(self, name: str) -> None:
        await asyncio.sleep(self._takes.get(name, 0))
        self.steps.append(name)
        if name in self._fails:
            raise self._fails[name]

    def __getattr__(self, name: str) -> Any:
        return lambda: self.step(name)


class Engine:
    """Opens one connection, and knows which are open."""

    def __init__(
        self, takes: dict[str, float] | None = None, fails: dict[str, Exception] | None = None
    ) -> None:
        self.connection = Connection(takes or {}, fails or {})

    async def connect(self) -> Connection:
        await self.connection.step("connect")
        return self.connection

    @property
    def steps(self) -> list[str]:
        return self.connection.steps

    def __call__(self) -> Any:
        return transaction(cast(AsyncEngine, self))


async def use(engine: Engine, seconds: float = 0, error: BaseException | None = None) -> None:
    async with engine() as connection:
        await connection.work()
        await asyncio.sleep(seconds)
        if error is not None:
            raise error


async def cancel_after(engine: Engine, seconds: float, times: int = 1, *, work_seconds: float = 0) -> bool:
    """Use the engine, cancel that after so long, again and again; return whether it ended as cancelled."""
    using = asyncio.create_task(use(engine, work_seconds))
    await asyncio.sleep(seconds)
    for _ in range(times):
        using.cancel()
        await asyncio.sleep(0.1)
    await asyncio.wait((using,))
    # What was begun for the connection may go on after its caller, until nothing is left to do.
    await asyncio.sleep(100)
    return using.cancelled()


def test_a_block_is_committed_and_its_connection_goes_back() -> None:
    engine = Engine()
    virtual_time.run(use(engine))
    assert engine.steps == ["connect", "begin", "work", "commit", "close"]


def test_a_block_that_raises_is_rolled_back_and_its_error_passed_on() -> None:
    engine = Engine()
    with pytest.raises(KeyError):
        virtual_time.run(use(engine, error=KeyError("mine")))
    assert engine.steps == ["connect", "begin", "work", "rollback", "close"]


@pytest.mark.parametrize(
    ("step", "steps"),
    [
        ("connect", ["connect"]),
        ("begin", ["connect", "begin", "close"]),
        ("commit", ["connect", "begin", "work", "commit", "rollback", "close"]),
    ],
)
def test_a_connection_that_breaks_goes_back_and_says_so(step: str, steps: list[str]) -> None:
    engine = Engine(fails={step: BROKEN})
    with pytest.raises(OperationalError):
        virtual_time.run(use(engine))
    assert engine.steps == steps


def test_a_connection_that_cannot_be_rolled_back_is_dropped_and_the_first_error_told() -> None:
    engine = Engine(fails={"rollback": BROKEN})
    with pytest.raises(KeyError):
        virtual_time.run(use(engine, error=KeyError("mine")))
    assert engine.steps[-3:] == ["rollback", "invalidate", "close"]


def test_a_cancelled_block_loses_its_connection_because_a_statement_may_be_unanswered() -> None:
    engine = Engine()
    assert virtual_time.run(cancel_after(engine, 1, work_seconds=10))
    assert engine.steps == ["connect", "begin", "work", "invalidate", "close"]


@pytest.mark.parametrize("times", [1, 3])
def test_a_commit_that_has_begun_is_carried_through_and_the_caller_still_cancelled(times: int) -> None:
    engine = Engine(takes={"commit": 5})
    assert virtual_time.run(cancel_after(engine, 1, times))
    assert engine.steps == ["connect", "begin", "work", "commit", "close"]


def test_a_commit_that_fails_for_a_cancelled_caller_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = Engine(takes={"commit": 5}, fails={"commit": BROKEN})
    assert virtual_time.run(cancel_after(engine, 1))
    assert engine.steps[-3:] == ["commit", "rollback", "close"]
    assert "failed while being cancelled" in caplog.text


def test_a_caller_cancelled_while_its_connection_opens_leaves_it_to_the_pool() -> None:
    engine = Engine(takes={"connect": 5})
    assert virtual_time.run(cancel_after(engine, 1))
    assert engine.steps == ["connect", "begin", "rollback", "close"]


def test_a_caller_cancelled_while_no_connection_can_be_opened_leaves_nothing() -> None:
    engine = Engine(takes={"connect": 5}, fails={"connect": BROKEN})
    assert virtual_time.run(cancel_after(engine, 1))
    assert engine.steps == ["connect"]


def test_a_slow_rollback_is_waited_for() -> None:
    engine = Engine(takes={"rollback": 30})

    async def main() -> float:
        with pytest.raises(KeyError):
            await use(engine, error=KeyError("mine"))
        return virtual_time.now()

    assert virtual_time.run(main()) == pytest.approx(30)
