"""What a dataset is stored in: how a request says it, and what of it counts against limits."""

from typing import Any

import pytest
from pydantic import ValidationError

from cartload_contracts.model import TARGETS, TargetName
from cartload_generator.api.jobs.create import request_hash
from cartload_generator.api.jobs.schemas import JobRequest
from cartload_generator.domain import limits, planning
from cartload_generator.domain.entities import TableSums
from cartload_kit.http.problems import field_errors
from support.generator_jobs import DATASET, dataset_in


def asked(*targets: Any) -> JobRequest:
    return JobRequest.model_validate({"spec": {}, "targets": targets})


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("mysql",), ("mysql", "kafka")),
        (("files",), ("files", "kafka")),
        (("kafka",), ("kafka",)),
        (("kafka", "files", "mysql"), TARGETS),
    ],
)
def test_kafka_is_always_among_the_targets_which_have_one_order(given: Any, kept: Any) -> None:
    assert asked(*given).targets == list(kept)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"spec": {}, "targets": []}, "targets", ["[]"]),
        ({"spec": {}, "targets": ["mysql", "mysql"]}, "targets", ["mysql stands there more than once"]),
        ({"spec": {}, "targets": ["mysql", "blob"]}, "targets.1", []),
        ({"dataset_id": str(DATASET), "customers": 5, "targets": ["files"]}, "targets", ["files", "append"]),
    ],
)
def test_what_is_wrong_is_told_with_field_value_and_what_is_allowed(
    body: Any, field: str, words: list[str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        JobRequest.model_validate(body)
    (error,) = field_errors(refused.value.errors())
    assert error.field == field
    assert all(word in error.message for word in words)
    if "append" not in words:
        assert all(target in error.message for target in TARGETS)
    if field == "targets.1":
        assert error.value == "blob"


def test_requests_are_the_same_only_with_the_same_targets() -> None:
    hashes = [request_hash(asked(*targets)) for targets in (["mysql"], ["files"], ["kafka"])]
    assert len(set(hashes)) == 3
    assert request_hash(asked("kafka", "mysql")) == hashes[0]


@pytest.mark.parametrize(
    ("targets", "copies"), [(TARGETS, 2), (("mysql", "kafka"), 1), (("files", "kafka"), 1), (("kafka",), 0)]
)
def test_the_disk_holds_rows_once_for_each_store(targets: Any, copies: int) -> None:
    assert limits.copies_kept(targets) == copies


@pytest.mark.parametrize(
    ("targets", "least", "most"),
    [
        (TARGETS, 77, 77),
        (("files", "kafka"), 77, 77),
        (("mysql", "kafka"), 1_000, 10_000),
        (("kafka",), 0, 0),
    ],
)
def test_tables_without_files_count_against_the_limit_too(
    targets: tuple[TargetName, ...], least: int, most: int
) -> None:
    size = 77 if "files" in targets else 0
    dataset = dataset_in(targets=targets, spec={"ids": "uuid"}, tables={"users": TableSums(10, 10, 5, size)})
    assert least <= planning.counted_bytes(dataset) <= most
