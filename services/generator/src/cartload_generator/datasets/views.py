"""A dataset's rows as users see them."""

from collections.abc import Sequence

from cartload_contracts.model import TABLES, Segment
from cartload_generator.datasets.schemas import Dataset
from cartload_generator.record import DatasetRecord, JobRecord, TableSums, add_up


def view(dataset: DatasetRecord, all_jobs: Sequence[JobRecord]) -> Dataset:
    """The dataset with its jobs, oldest first; what unfinished jobs have stored counts too."""
    stored = add_up([job.tables for job in all_jobs])
    sums = {name: stored.get(name, TableSums(0)) for name in TABLES}
    assert dataset.state != "deleting"  # noqa: S101 - such a dataset is never read for its owner
    return Dataset(
        id=dataset.id,
        name=dataset.name,
        state=dataset.state,
        spec=dataset.spec,
        segments=[Segment(first_block=job.first_block, customers=job.customers) for job in all_jobs],
        vintage=dataset.vintage,
        tables={name: table.rows for name, table in sums.items()},
        bytes=sum(table.bytes for table in sums.values()),
        hashes={name: table.row_hash for name, table in sums.items()},
        jobs=[job.id for job in all_jobs],
        created_at=dataset.created_at,
    )
