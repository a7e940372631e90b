"""What a job is told of a message that can never be handled."""

from typing import Any

import pytest

from cartload_contracts import examples
from cartload_contracts.failures import failure_of
from support.generator_jobs import DATASET, JOB

COORDINATES = f'{{"job_id": "{JOB}", "dataset_id": "{DATASET}"%s}}'.encode()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (b', "attempt": 2, "chunk_index": 0, "chunk_attempt": 1', (2, 0, 1)),
        (b"", (1, None, None)),
        (b', "attempt": 0, "chunk_index": -1, "chunk_attempt": 0', (1, None, None)),
        (b', "attempt": true, "chunk_index": false, "chunk_attempt": true', (1, None, None)),
        (b', "attempt": "2", "chunk_index": 1.0, "chunk_attempt": null', (1, None, None)),
        (b', "attempt": 9007199254740991, "chunk_index": 9007199254740992', (2**53 - 1, None, None)),
    ],
)
def test_what_can_be_read_of_a_bad_command_is_told(more: bytes, told: Any) -> None:
    failure = failure_of(COORDINATES % more, "x" * 3000, "generate")
    assert failure is not None
    assert (failure.attempt, failure.chunk_index, failure.chunk_attempt) == told
    assert len(failure.reason) == 2000


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"", False),
        (b"[" * 100_000, False),
        (b"nonsense", False),
        (b"[]", False),
        (b'{"job_id": 5}', False),
        (b'{"job_id": "%s", "dataset_id": "x"}' % str(JOB).encode(), False),
        (COORDINATES % b"", True),
        (COORDINATES % b', "chunk_index": -1', True),
    ],
)
def test_a_failure_is_told_where_coordinates_can_be_read(value: bytes, told: bool) -> None:
    assert (failure_of(value, "Bad.", "generate") is not None) is told


@pytest.mark.parametrize(
    ("example", "stage"),
    [
        ("prepare", "prepare"),
        ("seal", "seal"),
        ("discard", "discard"),
        ("delete", None),
        ("generate-blocks", "generate"),
        ("prepared", "prepare"),
        ("stored", "store"),
        ("sealing", "seal"),
        ("sealed", "seal"),
        ("discarded", "discard"),
        ("failed", "store"),
        ("deleted", None),
    ],
)
def test_the_step_is_that_of_the_message(example: str, stage: str | None) -> None:
    failure = failure_of(examples.load(example).value, "Bad.")
    assert (failure.stage if failure is not None else None) == stage


def test_a_message_of_an_unknown_type_is_of_no_step() -> None:
    assert failure_of(COORDINATES % b', "type": "explode"', "Bad.") is None


@pytest.mark.parametrize(
    ("reason", "told"), [("unknown country \ud800", "unknown country ?"), ("", "unknown")]
)
def test_a_reason_that_no_message_can_carry_is_told_as_far_as_it_goes(reason: str, told: str) -> None:
    failure = failure_of(COORDINATES % b"", reason, "generate")
    assert failure is not None
    assert failure.reason == told
