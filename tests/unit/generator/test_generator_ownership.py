"""What another user has does not exist: it is refused like what was never there."""

from typing import Any
from uuid import UUID

import pytest

from cartload_generator.api.ownership import require_own_dataset, require_own_job
from cartload_kit.errors import NotFound
from support.generator_jobs import OWNER, dataset_in, job_in

STRANGER = UUID(int=99)


def refused(check: Any, found: Any, owner: UUID) -> str:
    """What is told when it is refused."""
    with pytest.raises(NotFound) as caught:
        check(found, owner)
    return str(caught.value.detail)


def test_an_owner_gets_the_job_and_the_dataset() -> None:
    job, dataset = job_in(), dataset_in("incomplete")
    assert require_own_job(job, OWNER) is job
    assert require_own_dataset(dataset, OWNER) is dataset


@pytest.mark.parametrize(
    ("check", "found"),
    [(require_own_job, job_in()), (require_own_dataset, dataset_in())],
    ids=["job", "dataset"],
)
def test_a_stranger_is_told_what_is_told_of_an_unknown_id(check: Any, found: Any) -> None:
    assert refused(check, found, STRANGER) == refused(check, None, STRANGER)


def test_a_dataset_that_is_being_deleted_is_gone_for_its_owner_too() -> None:
    assert refused(require_own_dataset, dataset_in("deleting"), OWNER) == refused(
        require_own_dataset, None, OWNER
    )
