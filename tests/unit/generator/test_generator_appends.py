"""Appends: when one is allowed, what a request for one is, and what its dataset shows meanwhile."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from cartload import VINTAGE
from cartload_contracts.model import TABLES
from cartload_generator.api.datasets.views import view
from cartload_generator.api.jobs.control import refusal
from cartload_generator.api.jobs.create import request_hash, require_appendable
from cartload_generator.api.jobs.schemas import JobRequest
from cartload_generator.domain.entities import Dataset, Job, TableSums
from cartload_kit.errors import Conflict
from support.generator_jobs import DATASET, JOB, dataset_in, job_in

APPEND = UUID(int=7)


def rows(number: int) -> dict[str, TableSums]:
    """The sums of a job that stored so many users."""
    return {"users": TableSums(number, number, number, 10 * number)}


def append(state: Any, step: Any, **more: Any) -> Job:
    """A job that appended five users to the ten of its dataset."""
    return job_in(state, step, id=APPEND, number=2, kind="append", first_block=3, tables=rows(5), **more)


CREATE = job_in("completed", "none", tables=rows(10))


def shown(dataset: Dataset, *jobs: Job) -> tuple[int, int, str, list[int]]:
    """What is shown of a dataset: rows, bytes and hash of its users, and where its segments begin."""
    seen = view(dataset, jobs)
    first_blocks = [segment.first_block for segment in seen.segments]
    return seen.tables["users"], seen.bytes, seen.hashes["users"], first_blocks


def ready(**more: Any) -> Dataset:
    return dataset_in(tables=rows(10), **more)


def test_a_dataset_shows_every_table_and_all_its_jobs() -> None:
    seen = view(ready(), [CREATE, append("cancelled", "none")])
    assert list(seen.tables) == list(seen.hashes) == list(TABLES)
    assert (seen.tables["wishlist"], seen.hashes["wishlist"]) == (0, "0" * 32)
    assert seen.jobs == [JOB, APPEND]
    assert (seen.id, seen.name, seen.vintage) == (DATASET, "shop", VINTAGE)


@pytest.mark.parametrize(
    ("state", "step"), [("running", "generate"), ("paused", "generate"), ("running", "index")]
)
def test_what_an_append_has_stored_is_added_while_it_goes_on(state: Any, step: Any) -> None:
    more = append(state, step)
    assert shown(ready(active_job_id=APPEND), CREATE, more) == (15, 150, f"{15:032x}", [0, 3])


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_nothing_of_an_append_is_shown_while_it_is_rolled_back_and_after(state: Any) -> None:
    whole = (10, 100, f"{10:032x}", [0])
    assert shown(ready(active_job_id=APPEND), CREATE, append(state, "discard")) == whole
    assert shown(ready(), CREATE, append(state, "none")) == whole


def test_a_create_that_is_tried_again_is_counted_from_the_beginning() -> None:
    dataset = dataset_in("creating", tables=rows(4), active_job_id=JOB)
    assert shown(dataset, job_in("queued", "prepare", tables=rows(4)))[0] == 4


def test_an_append_needs_a_whole_dataset_that_nobody_else_has() -> None:
    require_appendable(ready())
    for dataset, reason in (
        (ready(active_job_id=JOB), "not finished"),
        (dataset_in("incomplete"), "incomplete"),
        (dataset_in("creating"), "creating"),
        (ready(vintage=VINTAGE + 1), "vintage"),
        (ready(vintage=VINTAGE - 1), "vintage"),
    ):
        with pytest.raises(Conflict, match=reason):
            require_appendable(dataset)


def test_who_is_refused_is_told_which_job_has_the_dataset() -> None:
    with pytest.raises(Conflict) as caught:
        require_appendable(ready(active_job_id=APPEND))
    assert caught.value.extensions == {"job_id": str(APPEND)}


@pytest.mark.parametrize(
    ("state", "step", "action", "words"),
    [
        ("running", "index", "cancel", "running, indexing cannot be cancelled"),
        ("running", "check", "pause", "running, checking cannot be paused"),
        ("running", "generate", "resume", "running cannot be resumed"),
        ("completed", "none", "retry", "completed cannot be retried"),
        ("cancelling", "index", "pause", "cancelling cannot be paused"),
    ],
)
def test_a_refused_action_says_what_the_job_is_doing(state: Any, step: Any, action: Any, words: str) -> None:
    problem = refusal(job_in(state, step), action)
    assert problem.detail == f"A job that is {words}."
    assert (problem.extensions["state"], problem.status_code) == (state, 409)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customers": 5},
        {"dataset_id": str(DATASET)},
        {"spec": {}, "customers": 5},
        {"spec": {}, "dataset_id": str(DATASET), "customers": 5},
        {"dataset_id": str(DATASET), "customers": 0},
        {"dataset_id": str(DATASET), "customers": 5.0},
        {"dataset_id": str(DATASET), "customers": True},
        {"spec": {}, "unheard": 1},
    ],
)
def test_a_request_is_for_a_dataset_or_for_an_append(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JobRequest.model_validate(body)


def hash_of(**body: Any) -> str:
    return request_hash(JobRequest.model_validate(body))


def test_one_request_has_one_hash_however_it_is_written() -> None:
    first = hash_of(spec={"seed": 1, "orders": {"items": 2, "per_customer": 3}})
    assert first == hash_of(spec={"orders": {"per_customer": 3, "items": 2}, "seed": 1}, customers=None)
    assert hash_of(dataset_id=str(DATASET), customers=5) == hash_of(customers=5, dataset_id=DATASET)


def test_requests_that_differ_have_different_hashes() -> None:
    requests: list[dict[str, Any]] = [
        {"spec": {}},
        {"spec": {"seed": 1}},
        {"spec": {"seed": 2}},
        {"spec": {"name": "1"}},
        {"spec": {"name": "ü"}},
        {"spec": {"name": "u"}},
        {"dataset_id": str(DATASET), "customers": 5},
        {"dataset_id": str(DATASET), "customers": 6},
        {"dataset_id": str(JOB), "customers": 5},
    ]
    assert len({hash_of(**request) for request in requests}) == len(requests)
