"""A dataset's rows as users see them."""

from collections.abc import Sequence

from cartload_contracts.model import TABLES
from cartload_generator.api.datasets.schemas import Dataset as DatasetView
from cartload_generator.domain.commands import segments
from cartload_generator.domain.entities import Dataset, Job, Sums, TableSums, add_up


def view(dataset: Dataset, all_jobs: Sequence[Job]) -> DatasetView:
    """The dataset with its jobs, oldest first."""
    stored = _stored(dataset, all_jobs)
    sums = {name: stored.get(name, TableSums(0)) for name in TABLES}
    assert dataset.state != "deleting"  # noqa: S101 - such a dataset is never read for its owner
    return DatasetView(
        id=dataset.id,
        name=dataset.name,
        state=dataset.state,
        spec=dataset.spec,
        segments=list(segments(all_jobs)),
        vintage=dataset.vintage,
        targets=dataset.targets,
        tables={name: table.rows for name, table in sums.items()},
        bytes=sum(table.bytes for table in sums.values()),
        hashes={name: table.row_hash for name, table in sums.items()},
        jobs=[job.id for job in all_jobs],
        created_at=dataset.created_at,
    )


def _stored(dataset: Dataset, all_jobs: Sequence[Job]) -> Sums:
    """What the writer last said is stored, and what an unfinished job has stored since.

    A create that is tried again is counted from the beginning: its own sums hold what it had stored before.
    """
    active = [job for job in all_jobs if job.id == dataset.active_job_id and not job.discarded]
    before = [dataset.tables] if not any(job.kind == "create" for job in active) else []
    return add_up([*before, *(job.tables for job in active)])
