"""What the engine says of a spec, the commands plan of it, and the limits it is held against."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cartload.engine.chunks import Segment
from cartload.spec import spec_hash
from cartload_contracts import envelope
from cartload_contracts.model import TABLES
from cartload_generator.domain import commands, limits, planning
from cartload_generator.domain.apply_results import mask
from cartload_generator.domain.entities import Dataset, InFlightChunk, Job, TableSums, add_up
from cartload_generator.domain.limits import MOST_CUSTOMERS, Limits
from cartload_generator.domain.planning import JobPlans, job_plan, read_spec, size_of
from cartload_kit.errors import Unprocessable
from support.generator_jobs import BLOCK_TABLES, CHUNK_ROWS, JOB, NOW, OWNER, dataset_in, job_in

SPEC = read_spec({"customers": 2500})


def dataset() -> Dataset:
    return dataset_in("creating", spec=SPEC.model_dump(mode="json"), spec_hash=spec_hash(SPEC))


def whole_job(most_blocks: int = 64) -> Job:
    size = size_of(SPEC, Segment(0, 2500), "create", most_blocks)
    return job_in(customers=2500, chunks_total=size.chunks, blocks_per_chunk=size.blocks_per_chunk)


def test_a_spec_is_resolved_when_it_is_read() -> None:
    assert SPEC.catalogue.products == 250
    assert read_spec(SPEC.model_dump(mode="json")) == SPEC


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"customers": -1}, "spec.customers"),
        ({"orders": {"items": 1000}}, "spec.orders.items"),
        ({"orders": {"per_customer": 50, "items": 10}, "wishlist": {"per_customer": 50}}, "spec."),
        ({"window": {"start": "2025-02-01", "end": "2025-01-01"}}, "spec.window"),
        ({"unheard": 1}, "spec.unheard"),
    ],
)
def test_what_is_wrong_with_a_spec_is_told_by_its_path(raw: dict[str, Any], field: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        read_spec(raw)
    assert caught.value.errors
    assert all(error.field.startswith(field) for error in caught.value.errors)


def test_an_append_makes_no_catalogue() -> None:
    create = size_of(SPEC, Segment(0, 2500), "create", 64)
    append = size_of(SPEC, Segment(3, 2500), "append", 64)
    assert create.rows["categories"] > 0
    assert append.rows["categories"] == 0
    assert append.rows["users"] == create.rows["users"] == 2500
    assert append.chunks < create.chunks
    assert 0 < append.bytes < create.bytes


def test_rows_of_chunks_add_up_to_the_job() -> None:
    total = sum(size_of(SPEC, Segment(0, 2500), "create", 64).rows.values())
    for most_blocks in (1, 2, 64):
        plan = job_plan(whole_job(most_blocks), dataset())
        assert len(plan.chunks) == whole_job(most_blocks).chunks_total
        assert sum(plan.rows(chunk) for chunk in plan.chunks) == pytest.approx(total, abs=len(plan.chunks))


def test_chunks_are_as_small_as_the_operator_wants_them() -> None:
    assert size_of(SPEC, Segment(0, 2500), "append", 64).chunks == 1
    assert size_of(SPEC, Segment(0, 2500), "append", 1).chunks == 3


def test_only_the_job_plans_used_last_are_kept() -> None:
    kept = JobPlans(capacity=2)
    plan = job_plan(whole_job(), dataset())
    for number in (1, 2):
        kept.put(UUID(int=number), plan)
    assert kept.get(UUID(int=1)) is plan
    kept.put(UUID(int=3), plan)
    assert [kept.get(UUID(int=number)) is plan for number in (1, 2, 3)] == [True, False, True]


def test_a_prepare_names_the_segments_that_stay_and_then_its_own() -> None:
    first = job_in("completed", "none", number=1)
    second = job_in("queued", "prepare", number=2, kind="append", first_block=3, attempt=2)
    third = job_in("cancelled", "none", number=3, kind="append", first_block=6)
    fourth = job_in("completed", "none", number=4, kind="append", first_block=9)
    everyone = [first, second, third, fourth]
    message = commands.prepare(second, dataset(), everyone)
    assert [segment.first_block for segment in message.segments] == [0, 9, 3]
    assert (message.attempt, message.rows_expected, message.owner_id) == (2, 3 * CHUNK_ROWS, OWNER)
    second.state = "failed"
    rollback = commands.discard(second, dataset(), everyone)
    assert [segment.first_block for segment in rollback.segments] == [0, 9]
    assert (rollback.attempt, rollback.job_id, rollback.spec) == (2, JOB, dataset().spec)


def test_chunk_commands_carry_what_a_worker_needs() -> None:
    job = whole_job()
    plan = job_plan(job, dataset())
    last = len(plan.chunks) - 1
    window = InFlightChunk(last, mask(BLOCK_TABLES), 10, NOW, attempts=3)
    (command,) = commands.chunks(job, plan, [window], NOW)
    assert (command.chunk_index, command.chunk_attempt, command.chunk) == (last, 3, 0)
    assert (command.spec, command.spec_hash) == (dataset().spec, dataset().spec_hash)
    assert len(envelope.encode(command, source="/test", now=NOW).value) < 20_000


def test_a_seal_expects_what_all_jobs_have_stored() -> None:
    first, second = job_in(number=1), job_in(number=2)
    first.tables["users"].add(10, f"{2**128 - 1:032x}", 1)
    second.tables["users"].add(5, f"{3:032x}", 1)
    seal = commands.seal(second, [first, replace(second, tables={})])
    assert (seal.expected["users"].rows, seal.expected["users"].row_hash) == (15, f"{2:032x}")
    assert set(seal.expected) == set(TABLES)
    assert seal.complete
    assert not commands.seal(job_in("cancelling"), []).complete


def test_sums_survive_being_kept_and_add_up() -> None:
    sums = TableSums(50, rows=7, hash=2**127, bytes=9)
    assert TableSums.from_json(sums.to_json()) == sums
    both = add_up([{"users": sums}, {"users": sums, "wishlist": sums}])
    assert (both["users"].rows, both["users"].hash, both["users"].bytes) == (14, 0, 18)
    assert both["wishlist"].rows == 7
    assert sums.rows == 7


@pytest.mark.parametrize(
    ("check", "limit"),
    [
        (lambda: limits.check_customers(11, Limits(job_customers=10), "spec.customers"), "job_customers"),
        (lambda: limits.check_dataset_size(MOST_CUSTOMERS // 1000, 1, 1000), "dataset_customers"),
        (lambda: limits.check_unfinished(10, Limits()), "user_unfinished_jobs"),
        (lambda: limits.check_bytes(5, 6, Limits(user_stored_bytes=10)), "user_stored_bytes"),
        (lambda: limits.check_disk(2**60, 2, Limits(disk_path=Path("/"))), "free_disk"),
    ],
)
def test_a_passed_limit_is_named(check: Any, limit: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        check()
    assert caught.value.extensions["limit"] == limit
    assert isinstance(caught.value.extensions["maximum"], int)


def test_what_is_just_within_the_limits_is_let_through() -> None:
    limits.check_customers(10, Limits(job_customers=10), "customers")
    limits.check_dataset_size(MOST_CUSTOMERS // 1000 - 1, 1000, 1000)
    limits.check_unfinished(9, Limits())
    limits.check_bytes(4, 6, Limits(user_stored_bytes=10))
    limits.check_disk(1, 2, Limits(disk_path=Path("/"), disk_reserve_bytes=0))
    limits.check_disk(2**60, 2, Limits())
    assert planning.part_of(job_plan(whole_job(), dataset()).chunks[0]).type == "catalogue"
