"""Making jobs: a new dataset, or a further segment of one; at most once for one Idempotency-Key."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

import cartload
from cartload.engine.chunks import Segment
from cartload.spec import Spec, spec_hash
from cartload_contracts.jobs import JobKind, JobView
from cartload_contracts.model import TARGETS, TargetName
from cartload_generator import metrics
from cartload_generator.api.dependencies import Services
from cartload_generator.api.jobs.schemas import JobRequest
from cartload_generator.api.ownership import require_own_dataset
from cartload_generator.domain import limits, planning
from cartload_generator.domain.entities import Dataset, Job, TableSums
from cartload_generator.domain.planning import Size
from cartload_generator.domain.timeouts import FIRST_TIMEOUT
from cartload_generator.repository import datasets, jobs, keys
from cartload_generator.repository.keys import KeyRecord
from cartload_kit.database import is_duplicate_key, retry_on_deadlock, transaction
from cartload_kit.errors import Conflict, FieldError, Unauthorized, Unprocessable
from cartload_kit.metrics import LIMITS_REFUSED
from cartload_kit.tracing import current_traceparent


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that was accepted, now or (`repeated`) by an earlier request with the same key."""

    job_id: UUID
    answer: JobView
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Draft:
    """A job that is ready to be stored."""

    job: Job
    dataset: Dataset
    siblings: Sequence[Job] = ()


async def accept(services: Services, owner_id: UUID, request: JobRequest, key: str | None) -> Accepted:
    """Store the job that is asked for, and set it off.

    Raises Unprocessable for a bad spec, a passed limit, or a key that was used for another request; NotFound
    and Conflict for an append.
    """
    # Before the transaction: it takes time and needs no lock, and a wrong spec leaves its key free.
    spec = planning.read_spec(request.spec) if request.spec is not None else None
    try:
        with _limits_counted():
            return await retry_on_deadlock(lambda: _store(services, owner_id, request, spec, key))
    except IntegrityError as error:
        if key is None or not is_duplicate_key(error):
            raise
    return await _answer_again(services, owner_id, request, key)


@contextmanager
def _limits_counted() -> Iterator[None]:
    try:
        yield
    except Unprocessable as refused:
        if limit := refused.extensions.get("limit"):
            LIMITS_REFUSED.labels(limit).inc()
        raise


async def _store(
    services: Services, owner_id: UUID, request: JobRequest, spec: Spec | None, key: str | None
) -> Accepted:
    now, job_id = services.clock(), uuid4()
    async with transaction(services.engine) as connection:
        if key is not None:
            # Before all else: a second request with this key waits here until the first is stored, or not.
            await keys.add(connection, KeyRecord(owner_id, key, request_hash(request), job_id, {}, now))
        if spec is not None:
            targets = tuple(request.targets or TARGETS)
            draft = await _new_dataset(services, owner_id, job_id, spec, targets, now)
        else:
            draft = await _new_segment(services, connection, owner_id, job_id, request, now)
        await _check_user(services, connection, owner_id, draft.job)
        draft.job.note("created", now)
        answer = draft.job.view()
        if spec is not None:
            await datasets.add(connection, draft.dataset)
        else:
            await datasets.save(connection, draft.dataset)
        await jobs.add(connection, draft.job)
        if key is not None:
            await keys.set_answer(connection, owner_id, key, answer.model_dump(mode="json"))
    metrics.JOBS_CREATED.labels(draft.job.kind).inc()
    # Only now: a message that is sent before the commit may be answered before there is a job.
    services.dispatcher.created(draft.job, draft.dataset, [*draft.siblings, draft.job])
    return Accepted(job_id, answer)


async def _answer_again(services: Services, owner_id: UUID, request: JobRequest, key: str) -> Accepted:
    async with transaction(services.engine) as connection:
        earlier = await keys.find(connection, owner_id, key)
    if earlier is None:
        raise Conflict("A request with this Idempotency-Key is just being handled; try again.")
    if earlier.request_hash != request_hash(request):
        message = "This key was used for another request; take a new one for a new job."
        raise Unprocessable([FieldError(field="Idempotency-Key", message=message)])
    return Accepted(earlier.job_id, JobView.model_validate_json(json.dumps(earlier.answer)), repeated=True)


def request_hash(request: JobRequest) -> str:
    """What two requests must have in common to be the same."""
    # The spec as it was written, sorted: what is compared is the request and not what it resolves to.
    document: dict[str, Any] = request.model_dump(mode="json", exclude_none=True)
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


async def _check_user(services: Services, connection: AsyncConnection, owner_id: UUID, job: Job) -> None:
    """Check the limits that other jobs of the user count for, one request of a user at a time."""
    # Before the counting: two requests at once would otherwise each find room for one more.
    await datasets.lock_owner(connection, owner_id)
    # An access token outlives its account by minutes: what it made would belong to nobody.
    if await datasets.owner_is_deleted(connection, owner_id):
        raise Unauthorized("The account is gone.")
    used = await jobs.usage(connection, owner_id)
    limits.check_unfinished(used.unfinished_jobs, services.limits)
    stored = await datasets.stored_bytes(connection, owner_id)
    limits.check_bytes(stored + used.bytes_expected, job.bytes_estimated, services.limits)
    limits.check_disk(job.bytes_estimated, limits.copies_kept(job.targets), services.limits)


async def _new_dataset(
    services: Services,
    owner_id: UUID,
    job_id: UUID,
    spec: Spec,
    targets: tuple[TargetName, ...],
    now: datetime,
) -> _Draft:
    limits.check_customers(spec.customers, services.limits, "spec.customers")
    segment = Segment(0, spec.customers)
    size = await _size_of(services, spec, segment, "create")
    dataset = Dataset(
        id=uuid4(),
        owner_id=owner_id,
        name=spec.name,
        state="creating",
        spec=spec.model_dump(mode="json"),
        spec_hash=spec_hash(spec),
        vintage=cartload.VINTAGE,
        targets=targets,
        tables={},
        active_job_id=job_id,
        created_at=now,
    )
    return _Draft(_job(job_id, dataset, "create", segment, size, now), dataset)


async def _new_segment(
    services: Services,
    connection: AsyncConnection,
    owner_id: UUID,
    job_id: UUID,
    request: JobRequest,
    now: datetime,
) -> _Draft:
    assert request.dataset_id is not None and request.customers is not None  # noqa: S101, PT018 - validated
    dataset = require_own_dataset(await datasets.lock(connection, request.dataset_id), owner_id)
    limits.check_customers(request.customers, services.limits, "customers")
    require_appendable(dataset)
    siblings = await jobs.of_datasets(connection, [dataset.id])
    # Also after segments that were rolled back: batches of theirs may still be on their way, and the writer
    # drops them only because nobody else has their blocks.
    first_block = max((_segment(job).end_block for job in siblings), default=0)
    limits.check_dataset_size(first_block, request.customers, cartload.BLOCK)
    segment = Segment(first_block, request.customers)
    spec = Spec.model_validate(dataset.spec)
    size = await _size_of(services, spec, segment, "append")
    dataset.active_job_id = job_id
    return _Draft(_job(job_id, dataset, "append", segment, size, now), dataset, siblings)


async def _size_of(services: Services, spec: Spec, segment: Segment, kind: JobKind) -> Size:
    # In a thread: the rows of a shop as of a moment are counted, which takes up to a fifth of a second.
    return await asyncio.to_thread(planning.size_of, spec, segment, kind, services.limits.chunk_blocks)


def require_appendable(dataset: Dataset) -> None:
    """Raise Conflict unless a dataset can take another segment now."""
    if dataset.active_job_id is not None:
        raise Conflict(
            "The dataset has a job that is not finished, or not rolled back yet.",
            job_id=str(dataset.active_job_id),
        )
    if dataset.state != "ready":
        raise Conflict(f"The dataset is {dataset.state}: only a ready one can be appended to.")
    if dataset.vintage != cartload.VINTAGE:
        raise Conflict(
            f"The dataset was made by engine vintage {dataset.vintage}, this one is {cartload.VINTAGE}: "
            "more rows would not fit to those that are there."
        )


def _segment(job: Job) -> Segment:
    return Segment(job.first_block, job.customers)


def _job(job_id: UUID, dataset: Dataset, kind: JobKind, segment: Segment, size: Size, now: datetime) -> Job:
    return Job(
        id=job_id,
        dataset_id=dataset.id,
        owner_id=dataset.owner_id,
        kind=kind,
        first_block=segment.first_block,
        customers=segment.customers,
        targets=dataset.targets,
        rows_total=sum(size.rows.values()),
        chunks_total=size.chunks,
        blocks_per_chunk=size.blocks_per_chunk,
        bytes_estimated=size.bytes if limits.copies_kept(dataset.targets) else 0,
        tables={name: TableSums(rows) for name, rows in size.rows.items()},  # type: ignore[misc]
        created_at=now,
        scheduled_at=now,
        due_at=now + FIRST_TIMEOUT,
        traceparent=current_traceparent(),
    )
