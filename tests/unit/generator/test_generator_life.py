"""Lives of jobs at random: whatever users do and whatever is lost or doubled, a job keeps its promises."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from cartload_contracts.messages import Discarded, Failed, Prepared, Result, Sealed
from cartload_generator.domain import lifecycle, timeouts
from cartload_generator.domain.apply_results import apply_results, chunks_of, mask
from cartload_generator.domain.backlog import Backlog
from cartload_generator.domain.entities import InFlightChunk, Job
from cartload_generator.domain.lifecycle import Next
from cartload_generator.domain.states import ENDED, Action
from support.generator_jobs import BLOCK_TABLES, CHUNK_ROWS, DATASET, JOB, NOW, failed, job_in, stored

CHUNKS = 12
ACTIONS: tuple[Action, ...] = ("cancel", "pause", "resume", "retry")


def queued() -> Job:
    """A job that was just accepted."""
    return job_in("queued", "prepare", chunks_total=CHUNKS, due_at=NOW)


@dataclass
class World:
    """A dispatcher without a database, and a writer that answers late, twice or not at all."""

    rng: random.Random
    losses: float
    job: Job = field(default_factory=lambda: job_in("queued", "prepare", chunks_total=CHUNKS, due_at=NOW))
    windows: dict[int, InFlightChunk] = field(default_factory=dict)
    now: datetime = NOW
    under_way: list[Result] = field(default_factory=list)
    sent: dict[int, int] = field(default_factory=dict)
    versions: list[int] = field(default_factory=list)

    def answer(self, result: Result) -> None:
        """A result is on its way: lost, once or several times."""
        if self.rng.random() >= self.losses:
            self.under_way += [result] * self.rng.choice((1, 1, 1, 2))

    def react(self, following: Next) -> None:
        """Send what is to be sent, and let the writer do it."""
        job = self.job
        match following:
            case Next.PREPARE:
                self.answer(Prepared(dataset_id=DATASET, job_id=JOB, attempt=job.attempt))
            case Next.CHUNKS:
                self.issue()
            case Next.CHUNKS_AGAIN:
                for window in self.windows.values():
                    window.attempts += 1
                    self.command(window.chunk_index)
            case Next.SEAL:
                if job.state == "running":
                    assert job.chunks_done == CHUNKS
                self.answer(sealed(job.attempt))
            case Next.DISCARD:
                assert job.kind == "append"
                self.answer(Discarded(dataset_id=DATASET, job_id=JOB, attempt=job.attempt))
            case Next.NOTHING:
                pass

    def issue(self) -> None:
        """Send the next chunks."""
        job = self.job
        assert job.state == "running"
        upto = min(job.next_chunk + 4 - job.chunks_in_flight, CHUNKS)
        fresh = [
            InFlightChunk(index, mask(BLOCK_TABLES), CHUNK_ROWS, self.now)
            for index in range(job.next_chunk, upto)
        ]
        lifecycle.issue(job, fresh, self.now)
        for chunk in fresh:
            self.windows[chunk.chunk_index] = chunk
            self.command(chunk.chunk_index)

    def command(self, index: int) -> None:
        self.sent[index] = self.sent.get(index, 0) + 1
        for table in BLOCK_TABLES:
            self.answer(stored(index, table, attempt=self.job.attempt))

    def hear(self) -> None:
        """Some of what is under way arrives, in any order."""
        self.rng.shuffle(self.under_way)
        count = self.rng.randint(0, len(self.under_way))
        batch, self.under_way = self.under_way[:count], self.under_way[count:]
        if not batch:
            return
        at_hand = {one: self.windows[one] for one in chunks_of(batch) if one in self.windows}
        for index in apply_results(self.job, at_hand, batch, self.now).finished:
            del self.windows[index]
        self.forget()

    def forget(self) -> None:
        """What saving the job does."""
        if self.job.in_flight_dropped:
            self.windows.clear()
            self.job.in_flight_dropped = False

    def look(self) -> None:
        """What the dispatcher does when it is woken."""
        job = self.job
        self.react(lifecycle.advance(job, self.now))
        attempts = max((window.attempts for window in self.windows.values()), default=0)
        held_up = Backlog(dataset_commands=1, batches=1)
        backlog = self.rng.choice((Backlog(), held_up, None)) if self.losses else Backlog()
        self.react(timeouts.timed_out(job, self.now, chunk_attempts=attempts, backlog=backlog))
        self.forget()

    def step(self, act: Any = None, seconds: float = 1.0) -> None:
        """A moment of the job's life."""
        self.now += timedelta(seconds=seconds)
        if act is not None:
            lifecycle.act(self.job, act, self.now)
            if act == "retry":
                for window in self.windows.values():
                    window.attempts = 0
            self.forget()
        else:
            self.hear()
        self.look()
        self.check()
        self.versions.append(self.job.version)
        self.job.saved()

    def check(self) -> None:
        """What is always true."""
        job = self.job
        assert job.chunks_in_flight == len(self.windows)
        assert job.rows_in_flight == CHUNK_ROWS * len(self.windows)
        assert job.chunks_done + job.chunks_in_flight <= job.next_chunk <= CHUNKS
        assert job.rows_done == sum(sums.rows for sums in job.tables.values()) <= CHUNKS * CHUNK_ROWS
        done = sum(bin(window.done).count("1") for window in self.windows.values())
        if job.state not in ("cancelling", "cancelled"):
            assert job.rows_done == job.chunks_done * CHUNK_ROWS + done * 10
        assert (job.finished_at is not None) is (job.state in ENDED)
        assert (job.error is not None) is (job.state == "failed")
        assert job.waiting_for is None or job.state not in ENDED
        assert job.view().rows_total >= job.view().rows_done
        # Whoever waits for something is looked at again, whoever waits for nothing is left alone.
        assert (job.due_at is None) is (job.state == "paused" or job.step == "none")
        assert lifecycle.holds_dataset(job) or job.step in ("none", "index")


@pytest.mark.parametrize("kind", ["create", "append"])
@pytest.mark.parametrize("seed", range(60))
def test_a_life_of_interruptions_and_losses_ends_whole(seed: int, kind: Any) -> None:
    rng = random.Random(seed)
    world = World(rng, losses=0.2)
    world.job.kind = kind
    for _ in range(80):
        action = rng.choice(ACTIONS) if rng.random() < 0.2 else None
        if action == "cancel" and rng.random() < 0.8:
            action = None
        if rng.random() < 0.02 and world.job.state not in ENDED:
            world.under_way.append(
                failed("store", attempt=world.job.attempt, chunk_index=rng.randrange(CHUNKS))
            )
        if rng.random() < 0.02:
            # What the dispatcher does with a job that it cannot go on with, whatever the job is doing.
            lifecycle.failed(world.job, "An unexpected fault.", world.now)
            world.forget()
        world.step(action, rng.choice((0.1, 1.0, 61.0)))
    world.losses = 0.0
    for _ in range(400):
        if world.job.state in ("completed", "cancelled"):
            break
        world.under_way = [one for one in world.under_way if not isinstance(one, Failed)]
        world.step({"paused": "resume", "failed": "retry"}.get(world.job.state), 100.0)
    assert world.job.state in ("completed", "cancelled")
    if world.job.state == "completed":
        assert (world.job.chunks_done, world.job.rows_done) == (CHUNKS, CHUNKS * CHUNK_ROWS)
        assert set(world.sent) == set(range(CHUNKS))
    assert world.versions == sorted(world.versions)


@pytest.mark.parametrize("kind", ["create", "append"])
@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_sent_for_a_job_whose_dataset_is_deleted(seed: int, kind: Any) -> None:
    rng = random.Random(seed)
    world = World(rng, losses=0.1)
    world.job.kind = kind
    for _ in range(rng.randint(0, 40)):
        world.step(rng.choice(ACTIONS) if rng.random() < 0.2 else None, rng.choice((0.1, 1.0, 61.0)))
    lifecycle.deleted(world.job, world.now)
    world.forget()
    sent = dict(world.sent)
    assert world.job.state in ENDED
    for _ in range(20):
        world.step(seconds=700)
    assert (world.sent, world.job.step, world.job.due_at) == (sent, "none", None)


@pytest.mark.parametrize("seed", range(10))
def test_an_undisturbed_life_sends_every_chunk_once(seed: int) -> None:
    world = World(random.Random(seed), losses=0.0)
    for _ in range(2000):
        world.step(seconds=0.01)
        if world.job.state == "completed":
            break
    assert world.job.state == "completed"
    assert world.sent == dict.fromkeys(range(CHUNKS), 1)


@pytest.mark.parametrize("step", ["prepare", "generate"])
def test_without_any_answer_a_job_asks_again_and_again_and_never_fails(step: str) -> None:
    world = World(random.Random(1), losses=0.0)
    while world.job.step != step:
        world.step(seconds=61)
    world.losses = 1.0
    world.under_way.clear()
    for _ in range(2000):
        world.step(seconds=61)
    assert (world.job.state in ENDED, world.job.step) == (False, step)
    assert step == "prepare" or max(world.sent.values()) > 10


def sealed(attempt: int) -> Sealed:
    return Sealed(dataset_id=DATASET, job_id=JOB, attempt=attempt, indexing_seconds=1, checking_seconds=1)
