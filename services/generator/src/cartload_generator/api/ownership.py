"""What belongs to another user does not exist for who asks: 404, so that nobody can find out ids."""

from uuid import UUID

from cartload_generator.domain.entities import Dataset, Job
from cartload_generator.domain.streams import Stream
from cartload_kit.errors import NotFound


def require_job(job: Job | None) -> Job:
    """The job, whosever it is. Raises NotFound."""
    if job is None:
        raise NotFound("There is no such job.")
    return job


def require_own_job(job: Job | None, owner_id: UUID) -> Job:
    """The job if it is this user's. Raises NotFound."""
    if job is None or job.owner_id != owner_id:
        raise NotFound("There is no such job.")
    return job


def require_own_dataset(dataset: Dataset | None, owner_id: UUID) -> Dataset:
    """The dataset if it is this user's and was not deleted. Raises NotFound."""
    if dataset is None or dataset.owner_id != owner_id or dataset.state == "deleting":
        raise NotFound("There is no such dataset.")
    return dataset


def require_own_stream(stream: Stream | None, owner_id: UUID) -> Stream:
    """The stream if it is this user's and was not deleted. Raises NotFound."""
    if stream is None or stream.owner_id != owner_id or stream.deleted_at is not None:
        raise NotFound("There is no such stream.")
    return stream
