"""What becomes of a record by what its handler says."""

import asyncio
import weakref
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from cartload_kit.backoff import Backoff
from cartload_kit.kafka.backpressure import Backpressure
from cartload_kit.kafka.dead_letters import DeadLetters
from cartload_kit.kafka.errors import (
    BadMessage,
    DependencyUnavailable,
    FatalProducerError,
    KafkaUnavailable,
    SlowDown,
    TryAgain,
)
from cartload_kit.kafka.offsets import OffsetTracker
from cartload_kit.kafka.record import Partition, Record
from cartload_kit.kafka.retry import OnDeadLetter, RetryingHandler, RetryPolicy
from cartload_kit.kafka.task_pool import InFlightRecord
from support import virtual_time

RECORD = Record("topic", 1, 5, b"k", b"v", {}, datetime(2026, 1, 1, tzinfo=UTC))
HERE = Partition("topic", 1)
FAST = RetryPolicy(backoff=Backoff(0.001, 0.002))


class Sent:
    """A producer that keeps what it is given, after failing as told."""

    def __init__(self, *failures: Exception) -> None:
        self.headers: list[dict[str, bytes]] = []
        self._failures = list(failures)

    async def send(
        self, topic: str, key: bytes | None, value: bytes, headers: Iterable[tuple[str, bytes]] = ()
    ) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.headers.append(dict(headers))


class Scene:
    """A handler that does as told, one step an attempt, and all around it."""

    def __init__(
        self,
        *steps: Exception | None,
        sent: Sent | None = None,
        retries: RetryPolicy = FAST,
        told: OnDeadLetter | None = None,
    ) -> None:
        self.sent = sent or Sent()
        self.calls = 0
        self.held: list[frozenset[Partition]] = []
        self.backpressure = Backpressure(lambda: self.held.append(self.backpressure.partitions))
        self._steps = steps
        letters = DeadLetters(self.sent, "dead")
        self._retrying = RetryingHandler("group", self._handle, letters, self.backpressure, retries, told)

    async def _handle(self, record: Record) -> None:
        step = self._steps[min(self.calls, len(self._steps) - 1)]
        self.calls += 1
        if step is not None:
            raise step

    async def run(self) -> str:
        return await self._retrying.run(InFlightRecord(RECORD, OffsetTracker()))


async def test_a_record_that_is_handled_is_done() -> None:
    scene = Scene(None)
    assert await scene.run() == "ok"
    assert scene.calls == 1
    assert scene.sent.headers == []


async def test_a_bad_message_is_a_dead_letter_at_once() -> None:
    scene = Scene(BadMessage("not JSON"))
    assert await scene.run() == "dead_letter"
    assert scene.sent.headers[0]["dlq-reason"] == b"not JSON"
    assert scene.sent.headers[0]["dlq-attempts"] == b"1"


@pytest.mark.parametrize("away", [TryAgain("MySQL away"), KafkaUnavailable("no answer")])
async def test_a_dependency_that_is_away_holds_the_partition_until_it_is_back(away: Exception) -> None:
    scene = Scene(*[away] * 8, None)
    assert await scene.run() == "ok"
    assert scene.calls == 9
    assert scene.held == [frozenset({HERE}), frozenset()] * 8
    assert scene.sent.headers == []


@pytest.mark.parametrize(
    ("error", "reason"), [(TryAgain("MySQL away"), "MySQL away"), (TimeoutError(), "no answer came in time")]
)
def test_the_reason_can_be_read_while_it_waits(error: Exception, reason: str) -> None:
    async def run() -> None:
        scene = Scene(error, retries=RetryPolicy(backoff=Backoff(60, 60)))
        running = asyncio.create_task(scene.run())
        await asyncio.sleep(1)
        assert scene.backpressure.reason == reason
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert scene.backpressure.reason is None

    virtual_time.run(run())


async def test_what_an_attempt_held_is_let_go_of_while_the_record_waits() -> None:
    class Rows:
        """A batch as an attempt decoded it."""

    held: list[weakref.ref[Rows]] = []
    began = asyncio.Event()

    async def store(rows: Rows) -> None:
        raise ConnectionResetError

    async def handle(record: Record) -> None:
        rows = Rows()
        held.append(weakref.ref(rows))
        began.set()
        try:
            await store(rows)
        except ConnectionResetError as error:
            raise TryAgain("MySQL away") from error

    slow = RetryPolicy(backoff=Backoff(60, 60))
    retrying = RetryingHandler(
        "group", handle, DeadLetters(Sent(), "dead"), Backpressure(lambda: None), slow, None
    )
    running = asyncio.create_task(retrying.run(InFlightRecord(RECORD, OffsetTracker())))
    await began.wait()
    assert held[0]() is None
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_error_without_a_text_is_told_in_words_too() -> None:
    with pytest.raises(DependencyUnavailable, match="no answer came in time"):
        await Scene(TimeoutError(), retries=RetryPolicy(give_up_after=0.0)).run()


async def test_waiting_too_long_for_a_dependency_ends_the_consumer() -> None:
    with pytest.raises(DependencyUnavailable, match="MySQL away"):
        await Scene(
            TryAgain("MySQL away"), retries=RetryPolicy(backoff=Backoff(0.001), give_up_after=0.0)
        ).run()


async def test_an_unexpected_error_is_a_dead_letter_after_five_attempts() -> None:
    scene = Scene(KeyError("rows"))
    assert await scene.run() == "dead_letter"
    assert scene.calls == 5
    reason = scene.sent.headers[0]["dlq-reason"].decode()
    assert reason.startswith("a mistake in the program")
    assert reason.endswith(": 'rows'")
    assert scene.sent.headers[0]["dlq-attempts"] == b"5"


async def test_waiting_for_a_dependency_does_not_use_up_the_attempts() -> None:
    away = TryAgain("away")
    scene = Scene(KeyError(1), away, away, KeyError(2), away, away, KeyError(3), KeyError(4), None)
    assert await scene.run() == "ok"


async def test_slow_down_stops_taking_records_and_tries_again() -> None:
    scene = Scene(SlowDown(0.01), None)
    assert await scene.run() == "ok"
    assert scene.calls == 2


async def test_slow_down_lasts_as_long_as_it_says() -> None:
    backpressure = Backpressure(lambda: None)
    assert backpressure.slow_for == 0.0
    backpressure.slow_down(30)
    backpressure.slow_down(1)
    assert 29 < backpressure.slow_for <= 30


@pytest.mark.parametrize("fatal", [FatalProducerError("fenced"), DependencyUnavailable("gone")])
async def test_what_only_a_restart_heals_passes_through(fatal: Exception) -> None:
    with pytest.raises(type(fatal)):
        await Scene(fatal).run()


async def test_a_dead_letter_that_cannot_be_sent_waits_for_kafka() -> None:
    scene = Scene(BadMessage("bad"), sent=Sent(KafkaUnavailable("away"), KafkaUnavailable("away")))
    assert await scene.run() == "dead_letter"
    assert scene.held == [frozenset({HERE}), frozenset()] * 2
    assert len(scene.sent.headers) == 1


async def test_others_are_told_before_a_record_is_a_dead_letter() -> None:
    told: list[tuple[int, str]] = []

    async def tell(record: Record, reason: str) -> None:
        told.append((record.offset, reason))
        if len(told) == 1:
            raise TryAgain("not now")

    scene = Scene(BadMessage("bad"), told=tell)
    assert await scene.run() == "dead_letter"
    assert told == [(5, "bad")] * 2


async def test_failing_to_tell_does_not_keep_the_dead_letter_back() -> None:
    async def tell(record: Record, reason: str) -> None:
        raise KeyError("oops")

    scene = Scene(BadMessage("bad"), told=tell)
    assert await scene.run() == "dead_letter"
    assert len(scene.sent.headers) == 1


async def test_a_connection_error_of_any_library_counts_as_a_dependency_away() -> None:
    scene = Scene(*[ConnectionRefusedError("3306")] * 8, None)
    assert await scene.run() == "ok"


@pytest.mark.parametrize(
    ("together", "outcome", "calls"),
    [
        ([KeyError(1), BadMessage("bad")], "dead_letter", 1),
        ([ConnectionResetError(), TryAgain("away")], "ok", 2),
        ([ConnectionResetError(), ExceptionGroup("inner", [BadMessage("bad")])], "dead_letter", 1),
    ],
)
async def test_of_errors_raised_together_the_weightiest_decides(
    together: list[Exception], outcome: str, calls: int
) -> None:
    scene = Scene(ExceptionGroup("several", together), None)
    assert await scene.run() == outcome
    assert scene.calls == calls


async def test_a_record_waits_between_attempts_and_not_during_them() -> None:
    """The pool cancels those that wait at once, and gives those that run their grace."""
    seen = list[bool]()
    entry = InFlightRecord(RECORD, OffsetTracker())

    async def handle(record: Record) -> None:
        seen.append(entry.waiting)
        if len(seen) < 4:
            raise SlowDown(0) if len(seen) == 1 else TryAgain("away")

    backpressure = Backpressure(lambda: None)
    retrying = RetryingHandler("group", handle, DeadLetters(Sent(), "dead"), backpressure, FAST, None)
    assert await retrying.run(entry) == "ok"
    assert seen == [False] * 4
    assert not entry.waiting
