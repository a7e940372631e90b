"""Results from Kafka on their way into folds."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from cartload_contracts import envelope
from cartload_contracts.messages import Deleted, Failed, Result
from cartload_generator.consumers.result_consumer import ResultConsumer
from cartload_kit.kafka import BadMessage, Record
from support.generator_jobs import DATASET, JOB, NOW, failed, stored


class Folds:
    """Keeps what is folded; a fold lasts until `go` is set."""

    def __init__(self) -> None:
        self.done: list[tuple[UUID, list[Result]]] = []
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self, key: UUID, results: list[Result]) -> None:
        self.begun.set()
        await self.go.wait()
        if self.error is not None:
            raise self.error
        self.done.append((key, results))


def record(result: Result, **changes: Any) -> Record:
    wire = envelope.encode(result, source="/test", now=NOW)
    values = {"value": wire.value, "headers": dict(wire.headers), **changes}
    return Record(topic=wire.topic, partition=0, offset=0, key=wire.key, timestamp=NOW, **values)


async def test_what_comes_during_a_fold_is_folded_together_in_order() -> None:
    folds = Folds()
    folder = ResultConsumer(folds)
    first = asyncio.create_task(folder.handle(record(stored(0, "users"))))
    await folds.begun.wait()
    rest = [asyncio.create_task(folder.handle(record(stored(n, "users")))) for n in range(1, 6)]
    await asyncio.sleep(0)
    folds.go.set()
    await asyncio.gather(first, *rest)
    assert [[result.chunk_index for result in results] for _, results in folds.done] == [[0], [1, 2, 3, 4, 5]]  # type: ignore[union-attr]


async def test_a_fold_that_fails_fails_for_all_that_were_in_it() -> None:
    folds = Folds()
    folds.error = ConnectionError("away")
    folds.go.set()
    folder = ResultConsumer(folds)
    outcomes = await asyncio.gather(
        *(folder.handle(record(stored(n, "users"))) for n in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [ConnectionError] * 3
    folds.error = None
    await folder.handle(record(stored(0, "users")))
    assert len(folds.done) == 1


async def test_a_record_that_is_given_up_is_not_folded() -> None:
    folds = Folds()
    folder = ResultConsumer(folds)
    first = asyncio.create_task(folder.handle(record(stored(0, "users"))))
    await folds.begun.wait()
    given_up = asyncio.create_task(folder.handle(record(stored(1, "users"))))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    folds.go.set()
    await first
    await folder.handle(record(stored(2, "users")))
    assert [[result.chunk_index for result in results] for _, results in folds.done] == [[0], [2]]  # type: ignore[union-attr]


async def test_deleted_goes_by_its_dataset_and_the_rest_by_its_job() -> None:
    folds = Folds()
    folds.go.set()
    folder = ResultConsumer(folds)
    await folder.handle(record(Deleted(dataset_id=DATASET)))
    await folder.handle(record(failed()))
    assert [key for key, _ in folds.done] == [DATASET, JOB]


async def test_a_failure_of_no_job_is_only_logged() -> None:
    folds = Folds()
    await ResultConsumer(folds).handle(record(failed("delete").model_copy(update={"job_id": None})))
    assert not folds.done


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"type": "stored"}', b'{"type": "unheard"}'])
async def test_what_is_no_result_is_a_bad_message(value: bytes) -> None:
    with pytest.raises(BadMessage):
        await ResultConsumer(Folds()).handle(record(failed(), value=value))


async def test_the_job_of_a_result_that_cannot_be_read_fails_with_the_reason() -> None:
    folds = Folds()
    folds.go.set()
    await ResultConsumer(folds).refused(record(stored(3, "users")), "of another version")
    ((key, [told]),) = folds.done
    assert key == JOB
    assert isinstance(told, Failed)
    assert (told.stage, told.chunk_index, told.chunk_attempt) == ("store", 3, 1)
    assert told.reason == "A result cannot be read: of another version"


async def test_a_result_without_readable_coordinates_fails_no_job() -> None:
    folds = Folds()
    await ResultConsumer(folds).refused(record(stored(3, "users"), value=b"{"), "not JSON")
    assert not folds.done


class Crowd:
    """Counts how many transactions run side by side, and fails those of one job."""

    def __init__(self, broken: UUID | None = None) -> None:
        self.broken = broken
        self.running = self.most = 0
        self.sizes: list[int] = []

    async def __call__(self, key: UUID, results: list[Result]) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        self.sizes.append(len(results))
        await asyncio.sleep(0)
        self.running -= 1
        if key == self.broken:
            raise LookupError("no such job")


def of_job(number: int, chunk_index: int = 0) -> Result:
    return stored(chunk_index, "users").model_copy(update={"job_id": UUID(int=number)})


async def test_only_so_many_jobs_are_served_side_by_side_and_all_in_the_end() -> None:
    crowd = Crowd()
    consumer = ResultConsumer(crowd, at_once=3)
    await asyncio.gather(*(consumer.put(of_job(number)) for number in range(1, 21)))
    assert (crowd.most, sum(crowd.sizes)) == (3, 20)


async def test_one_transaction_takes_a_bounded_number_of_results() -> None:
    crowd = Crowd()
    consumer = ResultConsumer(crowd)
    await asyncio.gather(*(consumer.put(of_job(1, index)) for index in range(450)))
    assert (max(crowd.sizes), sum(crowd.sizes), crowd.most) == (200, 450, 1)


async def test_what_fails_for_one_job_is_told_to_that_job_alone() -> None:
    consumer = ResultConsumer(Crowd(UUID(int=2)), at_once=1)
    outcomes = await asyncio.gather(
        *(consumer.put(of_job(number)) for number in (1, 2, 3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, type(None)]


async def test_a_record_that_is_given_up_takes_nothing_from_those_applied_with_it() -> None:
    folds = Folds()
    consumer = ResultConsumer(folds)
    first = asyncio.create_task(consumer.put(of_job(1, 0)))
    await folds.begun.wait()
    second = asyncio.create_task(consumer.put(of_job(1, 1)))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    folds.go.set()
    await second
    assert [[result.chunk_index for result in results] for _, results in folds.done] == [[0], [1]]  # type: ignore[union-attr]
