"""Making streams: one at a time of a dataset, which is played as it is now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

import cartload
from cartload import spec as engine_spec
from cartload.events.event_ids import stream_id
from cartload.spec import Spec
from cartload_generator.api.dependencies import Services
from cartload_generator.api.ownership import require_own_dataset
from cartload_generator.api.streams.schemas import StreamRequest
from cartload_generator.domain import limits
from cartload_generator.domain.commands import segments
from cartload_generator.domain.entities import Dataset, Job
from cartload_generator.domain.stream_requests import read_part, read_topics
from cartload_generator.domain.streams import Stream
from cartload_generator.repository import datasets, jobs, streams
from cartload_kit.database import retry_on_deadlock, transaction
from cartload_kit.errors import Conflict


async def create(services: Services, owner_id: UUID, request: StreamRequest) -> Stream:
    """Store a stream, which a player will find. Raises Unprocessable, NotFound and Conflict."""
    topics = read_topics(request.topics)

    async def once() -> Stream:
        async with transaction(services.engine) as connection:
            await datasets.lock_owner(connection, owner_id)
            # Locked, or it might be deleted meanwhile, and its stream would stay.
            dataset = require_own_dataset(await datasets.lock(connection, request.dataset_id), owner_id)
            _require_playable(dataset)
            others = await streams.open_of_owner(connection, owner_id)
            _require_none_of(dataset, others)
            limits.check_streams(len(others), services.limits)
            all_jobs = await jobs.of_datasets(connection, [dataset.id])
            stream = _stream(request, dataset, all_jobs, topics, services.topic_prefix, services.clock())
            await streams.add(connection, stream)
            await streams.note(connection, stream.number, stream.event("created", stream.created_at))
            return stream

    stream = await retry_on_deadlock(once)
    services.stream_publisher.offer(stream.owner_id, stream.view())
    return stream


def _require_playable(dataset: Dataset) -> None:
    if dataset.vintage != cartload.VINTAGE:
        raise Conflict(
            f"The dataset was made by vintage {dataset.vintage} of the engine, and this is vintage "
            f"{cartload.VINTAGE}, which makes other rows: make the dataset anew.",
            vintage=dataset.vintage,
        )
    if dataset.state != "ready" or dataset.active_job_id is not None:
        raise Conflict(
            "Only a dataset that is ready, and that no job works on, can be played: wait for its job.",
            state=dataset.state,
            job_id=None if dataset.active_job_id is None else str(dataset.active_job_id),
        )


def _require_none_of(dataset: Dataset, others: Sequence[Stream]) -> None:
    for other in others:
        if other.dataset_id == dataset.id:
            raise Conflict(
                "The dataset has a stream that has not ended: stop that one first.", stream_id=str(other.id)
            )


def _stream(
    request: StreamRequest,
    dataset: Dataset,
    all_jobs: Sequence[Job],
    topics: tuple[str, ...],
    prefix: str,
    now: datetime,
) -> Stream:
    spec: Spec = engine_spec.resolve(engine_spec.parse(dataset.spec))
    speed = None if request.speed == "max" else request.speed
    part = read_part(
        spec,
        after=request.after,
        until=request.until,
        live_from=request.live_from,
        paced=speed is not None,
    )
    new_id = uuid4()
    return Stream(
        id=new_id,
        owner_id=dataset.owner_id,
        dataset_id=dataset.id,
        stream_id=stream_id(spec),
        spec=part.spec(spec).model_dump(mode="json"),
        segments=segments(all_jobs),
        topics=topics,
        topic_prefix=f"{prefix}{new_id.hex[:8]}-" if request.own_topics else prefix,
        after=part.after,
        until=part.until,
        live_from=part.live_from,
        speed=speed,
        rate_limit=request.rate_limit,
        created_at=now,
    )
